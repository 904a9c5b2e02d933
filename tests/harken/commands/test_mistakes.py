"""Every wrong call exits with status 2 and a message that names the mistake and a remedy."""

import pytest

from tests.harken.cli_server import call

pytestmark = pytest.mark.slow  # imports all commands


@pytest.fixture(scope="module")
def mistakes(home, tmp_path_factory):
    """Results of wrong calls, by the words that name the mistake."""
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
    right = ["--config", str(home / "harken.yaml")]

    def wrong(name):
        return ["--config", str(folder / name)]

    cases = {
        "file not found. Run `harken init`": ["status", *wrong("no.yaml")],
        "bad.yaml:1:1: watchs: unknown setting": ["sources", *wrong("bad.yaml")],
        "not.yaml:2:1: invalid YAML": ["incidents", *wrong("not.yaml")],
        "query.yaml:1:": ["check", *wrong("query.yaml")],
        "is open to other machines": ["run", *wrong("open.yaml")],
        "The database cannot be opened": ["status", *wrong("record.yaml")],
        "2026-11-22T06:00:00Z": ["status", *right, "--now", "soon"],
        "--date: 'soon' is not a date": ["digest", *right, "--date", "soon"],
        "Unknown source 'blgo'. Known: blog": ["crawl", "blgo", *right],
        "(at character": ["search", "acme AND (", *right],
        "(at character ": ["mentions", "acme AND (", *right],
        "rows.jsonl:2:": ["evaluate", str(folder / "rows.jsonl"), *right],
        "no.jsonl: file not found": ["evaluate", str(folder / "no.jsonl"), *right],
        "rows.gz: cannot be read": ["evaluate", str(folder / "rows.gz"), *right],
        "good.jsonl:1:24: label: unknown 'good'. Known: negative": [
            *("evaluate", str(folder / "good.jsonl"), *right),
        ],
        "--task: unknown 'topic'. Did you mean 'topics'": [
            *("evaluate", str(home / "labelled.jsonl"), "--task", "topic", *right),
        ],
        "plot.svg: cannot be written": [
            *("evaluate", str(home / "labelled.jsonl"), *right),
            *("--plot", str(folder / "no" / "plot.svg")),
        ],
        "already exists": ["init", *right],
        "in the years 1970 to 2199": ["sources", *right, "--now", "9999-12-31T23:59:59Z"],
        "Did you mean: (acme)": ["search", "(acme", *right],
        "(acme OR\n        ^": ["mentions", "(acme OR", *right],
        "'--size'": ["search", *right, "--size", "0"],
        "not a database URL": ["status", *wrong("url.yaml")],
        "index.yaml:2:1: index: 'htp://h' should be tantivy, the name of": [
            "index",
            *wrong("index.yaml"),
        ],
        "should be like http": ["search", *wrong("address.yaml")],
        "has 0 bytes, expected 32": ["crawl", *right, "--state", str(folder / "key")],
        "nope.yaml: file not found": [
            *("evaluate", str(home / "labelled.jsonl")),
            *wrong("nope.yaml"),
        ],
        "textless.jsonl:1:1: should be an object": [
            *("evaluate", str(folder / "textless.jsonl")),
            *right,
        ],
        "out.jsonl: cannot be written": [
            *("evaluate", str(home / "labelled.jsonl"), *right),
            *("--predictions", str(folder / "no" / "out.jsonl")),
        ],
        "cannot be written (No such file": ["init", *wrong("no/harken.yaml")],
        "--feed: 'notaurl' is no web address. Use a URL such as https://": [
            *("init", "--feed", "https://a.example/feed", "--feed", "notaurl"),
            *wrong("new.yaml"),
        ],
        "cannot create folder": ["run", *right, "--state", str(folder / "bad.db" / "state")],
        "is not a date": ["digest", *right, "--date", "2026-02-30"],
        "is not over": ["digest", *right, "--date", "2199-01-01"],
        "No such option": ["status", "--nonsense"],
        "No such command": ["sing"],
    }
    return dict(zip(cases, call(*cases.values()), strict=True))


def test_every_mistake_is_named_and_ends_with_2(mistakes):
    assert {told: said.status for told, said in mistakes.items()} == dict.fromkeys(mistakes, 2)
    assert [told for told, said in mistakes.items() if told not in said.err] == []


def test_no_mistake_ends_in_a_traceback_or_speaks_on_stdout(mistakes):
    assert [told for told, said in mistakes.items() if "Traceback" in said.err] == []
    assert [said.out for said in mistakes.values() if said.out] == []
    assert [said.err for said in mistakes.values() if "sesame" in said.err] == []
