"""Every wrong call exits with status 2 and a message that names the mistake and a remedy."""

import pytest

from tests.harken.cli_server import call

pytestmark = pytest.mark.slow  # imports all commands


@pytest.fixture(scope="module")
def mistakes(home, tmp_path_factory):
    """Return the results of wrong calls by a part of the expected message."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "bad.yaml").write_text("watchs: []\n")
    (folder / "not.yaml").write_text("a: [\n")
    (folder / "query.yaml").write_text(
        "watches: [{slug: a, name: A, query: 'acme AND ('}]\nmodel: {name: words}\n"
    )
    (folder / "open.yaml").write_text("console: {host: 0.0.0.0}\n")
    (folder / "record.yaml").write_text(f"record: sqlite:///{folder / 'bad.db'}\n")
    (folder / "bad.db").write_text("no database at all, but a text of some length")
    (folder / "rows.jsonl").write_text('{"text": "x", "label": "positive"}\n{"text": \n')
    (folder / "rows.gz").write_text("not gzip")
    (folder / "good.jsonl").write_text('{"text": "x", "label": "good"}\n')
    (folder / "textless.jsonl").write_text('{"text": null, "label": "positive"}\n')
    (folder / "url.yaml").write_text("record: 'garbage'\n")
    (folder / "index.yaml").write_text(f"state: {folder}\nindex: 'htp://me:sesame@h'\n")
    (folder / "address.yaml").write_text(f"state: {folder}\nindex: 'http://[::1'\n")
    (folder / "key").mkdir()
    (folder / "key" / "voice.key").write_bytes(b"")
    config = ["--config", str(home / "harken.yaml")]

    def config_option(name):
        return ["--config", str(folder / name)]

    cases = {
        "file not found. Run `harken init`": ["status", *config_option("no.yaml")],
        "bad.yaml:1:1: watchs: unknown setting": ["sources", *config_option("bad.yaml")],
        "not.yaml:2:1: invalid YAML": ["incidents", *config_option("not.yaml")],
        "query.yaml:1:": ["check", *config_option("query.yaml")],
        "is open to other machines": ["run", *config_option("open.yaml")],
        "The database cannot be opened": ["status", *config_option("record.yaml")],
        "2026-11-22T06:00:00Z": ["status", *config, "--now", "soon"],
        "--date: 'soon' is not a date": ["digest", *config, "--date", "soon"],
        "Unknown source 'blgo'. Known: blog": ["crawl", "blgo", *config],
        "(at character": ["search", "acme AND (", *config],
        "(at character ": ["mentions", "acme AND (", *config],
        "rows.jsonl:2:": ["evaluate", str(folder / "rows.jsonl"), *config],
        "no.jsonl: file not found": ["evaluate", str(folder / "no.jsonl"), *config],
        "rows.gz: cannot be read": ["evaluate", str(folder / "rows.gz"), *config],
        "good.jsonl:1:24: label: unknown 'good'. Known: negative": [
            *("evaluate", str(folder / "good.jsonl"), *config),
        ],
        "--task: unknown 'topic'. Did you mean 'topics'": [
            *("evaluate", str(home / "labelled.jsonl"), "--task", "topic", *config),
        ],
        "plot.svg: cannot be written": [
            *("evaluate", str(home / "labelled.jsonl"), *config),
            *("--plot", str(folder / "no" / "plot.svg")),
        ],
        "already exists": ["init", *config],
        "in the years 1970 to 2199": ["sources", *config, "--now", "9999-12-31T23:59:59Z"],
        "Did you mean: (acme)": ["search", "(acme", *config],
        "(acme OR\n        ^": ["mentions", "(acme OR", *config],
        "'--size'": ["search", *config, "--size", "0"],
        "not a database URL": ["status", *config_option("url.yaml")],
        "index.yaml:2:1: index: 'htp://h' should be tantivy, the name of": [
            "index",
            *config_option("index.yaml"),
        ],
        "should be like http": ["search", *config_option("address.yaml")],
        "has 0 bytes, expected 32": ["crawl", *config, "--state", str(folder / "key")],
        "nope.yaml: file not found": [
            *("evaluate", str(home / "labelled.jsonl")),
            *config_option("nope.yaml"),
        ],
        "textless.jsonl:1:1: should be an object": [
            *("evaluate", str(folder / "textless.jsonl")),
            *config,
        ],
        "out.jsonl: cannot be written": [
            *("evaluate", str(home / "labelled.jsonl"), *config),
            *("--predictions", str(folder / "no" / "out.jsonl")),
        ],
        "cannot be written (No such file": ["init", *config_option("no/harken.yaml")],
        "--feed notaurl: 'notaurl' is no web address; use https://host/path.": [
            *("init", "--feed", "https://a.example/feed", "--feed", "notaurl"),
            *config_option("new.yaml"),
        ],
        "--feed https://a.example:99999/: port 99999 does not exist": [
            *("init", "--feed", "https://a.example:99999/", *config_option("new.yaml")),
        ],
        "cannot create folder": ["run", *config, "--state", str(folder / "bad.db" / "state")],
        "is not a date": ["digest", *config, "--date", "2026-02-30"],
        "is not over": ["digest", *config, "--date", "2199-01-01"],
        "No such option": ["status", "--nonsense"],
        "No such command": ["sing"],
    }
    return dict(zip(cases, call(*cases.values()), strict=True))


def test_every_mistake_has_status_2_and_its_message(mistakes):
    assert {message: result.status for message, result in mistakes.items()} == dict.fromkeys(
        mistakes, 2
    )
    assert [message for message, result in mistakes.items() if message not in result.err] == []


def test_no_mistake_has_a_traceback_or_output(mistakes):
    assert [message for message, result in mistakes.items() if "Traceback" in result.err] == []
    assert [result.out for result in mistakes.values() if result.out] == []
    assert [result.err for result in mistakes.values() if "sesame" in result.err] == []
