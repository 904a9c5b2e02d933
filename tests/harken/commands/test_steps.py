"""Contract of the command line: keys, exit statuses, and never a traceback."""

import json
from datetime import timedelta

import pytest

from core.timestamps import format_utc
from tests.harken.cli_server import call
from tests.harken.small_installation import NOW

pytestmark = pytest.mark.slow  # imports all commands

AT = ["--now", format_utc(NOW)]
LATER = ["--now", format_utc(NOW + timedelta(hours=1))]
CALLS = {
    "check": ["--offline"],
    "analyse": AT,
    "index": AT,
    "detect": AT,
    "digest": AT,
    "status": AT,
    "sources": AT,
    "search": ["battery"],
    "incidents": [],
    "rebuild": AT,
    "evaluate": ["{labelled}"],
}
SECRET = "sesame-7"
ELSEWHERE = f"""\
state: {{state}}
index: http://me:{SECRET}@127.0.0.1:9
mail: {{{{host: 127.0.0.1, port: 9, sender: h@acme.example, password: {SECRET}}}}}
model: {{{{name: words}}}}
sources:
  - {{{{slug: gone, kind: feed, allow_loopback: true, options: {{{{url: 'http://127.0.0.1:9/feed'}}}}}}}}
"""
UNREACHABLE = {"status": 0, "check": 1, "search": 1, "index": 1, "rebuild": 1, "crawl": 1}
MENTION = {
    "id", "uri", "url", "sources", "state", "analysis", "published", "edited", "first_seen",
    "last_seen", "revision", "text", "text_sha256", "language", "voice", "family", "watches",
    "verdicts",
}  # fmt: skip
VERDICT = {
    *("watch", "sentiment", "probabilities", "polarity", "topics", "model", "text_sha256"),
    *("emotion", "intents", "offensive", "heads", "read_share", "ironic", "role", "prior"),
    *("rule", "orders_left_out"),
}
SOURCE = {
    "name", "kind", "state", "since", "reason", "interval_s", "expected_per_hour", "fetched",
    "known", "edited", "new", "dropped", "requests", "bytes", "not_modified",
}  # fmt: skip
INCIDENT = {
    "id", "watch", "topic", "kind", "state", "severity", "onset", "detected", "observed",
    "expected", "negative_share", "usual_share", "voices", "families", "mentions", "coverage",
}  # fmt: skip
STATUS = {"mentions", "index", "outbox", "coverage", "silences", "calm", "processes"}
EVALUATE = {
    "task", "n", "model", "accuracy", "macro_recall", "macro_f1", "per_class", "per_language",
    "ece", "ece_uncalibrated", "temperature", "per_second", "unscored", "temperatures", "draws",
}  # fmt: skip
KIND = {"kind", "key_needed", "terms_url", "limits", "deletions", "default_on", "proven"}


@pytest.fixture(scope="module")
def outputs(home):
    """Return the output of every command, as JSON and as text, in the order of the pipeline."""
    config = ["--config", str(home / "harken.yaml")]
    calls, names = [], []
    for verb, options in CALLS.items():
        arguments = [verb, *(a.format(labelled=home / "labelled.jsonl") for a in options), *config]
        calls += [[*arguments, "--json"], arguments]
        names += [verb, f"{verb} for people"]
    calls += [
        ["sources", "--kinds", *config, "--json"],
        ["mentions", "battery", "--jsonl", *config],
    ]
    calls += [["deliver", *LATER, *config, "--json"], ["mentions", *config]]
    calls += [["mentions", "battery", "--json", *config], ["sources", "--kinds", *config]]
    names += ["kinds", "jsonl", "deliver", "mentions", "mentions at once", "kinds for people"]
    calls += [["init", "--config", str(home / "new.yaml"), "--state", str(home / "new"), "--json"]]
    calls += [["sources", "--config", str(home / "new.yaml"), "--json"]]
    names += ["init", "sources of the new"]
    elsewhere = ["--config", str(home / "elsewhere.yaml"), "--json"]
    (home / "elsewhere.yaml").write_text(ELSEWHERE.format(state=home / "elsewhere"))
    calls += [[verb, *elsewhere] for verb in UNREACHABLE]
    names += [f"{verb} elsewhere" for verb in UNREACHABLE]
    return dict(zip(names, call(*calls), strict=True))


def parse_json(outputs, name):
    return json.loads(outputs[name].out)


@pytest.mark.parametrize("verb", CALLS)
def test_every_command_prints_one_object_with_its_head(outputs, verb):
    assert outputs[verb].status == 0, outputs[verb].err
    assert outputs[verb].out.count("\n") == 1
    head = parse_json(outputs, verb)
    assert (head["schema"], head["verb"], head["ok"]) == (1, verb, True)
    assert head["at"].endswith("Z")
    if CALLS[verb] == AT:
        assert head["at"][:13] == format_utc(NOW)[:13]


@pytest.mark.parametrize("verb", CALLS)
def test_every_command_prints_text(outputs, verb):
    output = outputs[f"{verb} for people"]
    assert output.status == 0, output.err
    assert not output.out.startswith("{")
    assert "None" not in output.out.replace("None: nobody", "") or verb == "evaluate"


def test_no_command_prints_a_traceback(outputs):
    assert [
        name for name, output in outputs.items() if "Traceback" in output.err + output.out
    ] == []


def test_status_has_the_keys_of_the_contract(outputs):
    status = parse_json(outputs, "status")
    assert set(status) >= STATUS
    assert set(status["mentions"]) == {"pending", "scored", "unscored", "quarantined", "deleted"}
    assert set(status["index"]) == {"engine", "docs", "lag"}
    assert set(status["outbox"]) == {"due", "sent", "failed"}
    assert status["calm"] in (False, None)
    assert status["index"]["lag"] == 0
    total = sum(status["mentions"].values())
    assert status["index"]["docs"] == total - status["mentions"]["deleted"]


def test_one_off_steps_leave_no_processes(outputs):
    assert parse_json(outputs, "status")["processes"] == []


def test_pipeline_detects_the_crisis_and_writes_brief_and_digest(outputs):
    assert parse_json(outputs, "detect")["started"] is True
    assert parse_json(outputs, "detect")["events"] >= 1
    assert parse_json(outputs, "digest")["written"] == 1
    (incident,) = parse_json(outputs, "incidents")["incidents"]
    assert set(incident) >= INCIDENT
    assert incident["watch"] == "veloria"
    assert incident["onset"].endswith("Z")


def test_source_has_the_keys_of_the_contract(outputs):
    (source,) = parse_json(outputs, "sources")["sources"]
    assert set(source) >= SOURCE
    assert source["name"] == "blog"


def test_kind_has_the_keys_of_the_contract(outputs):
    kinds = parse_json(outputs, "kinds")["kinds"]
    assert {"feed", "forum", "mastodon", "wordpress"} <= {kind["kind"] for kind in kinds}
    for kind in kinds:
        assert set(kind) >= KIND
        assert kind["deletions"] in ("stream", "poll", "none")
        assert kind["proven"] in ("server", "recorded", "documented")


def test_mention_has_the_keys_of_the_contract(outputs):
    lines = [json.loads(line) for line in outputs["jsonl"].out.splitlines()]
    assert lines
    for mention in lines:
        assert set(mention) >= MENTION
        assert "battery" in mention["text"]
        for verdict in mention["verdicts"]:
            assert set(verdict) == VERDICT
    times = [mention["published"] for mention in lines]
    assert times == sorted(times), "oldest first"


def test_search_and_mentions_have_equal_totals(outputs):
    results = parse_json(outputs, "search")
    assert set(results["mentions"][0]) >= MENTION
    assert results["total"] == len(outputs["jsonl"].out.splitlines())


def test_rebuild_indexes_all_mentions(outputs):
    assert parse_json(outputs, "rebuild")["taken"] == parse_json(outputs, "status")["index"]["docs"]


def test_evaluation_has_the_keys_of_the_contract(outputs):
    figures = parse_json(outputs, "evaluate")
    assert set(figures) >= EVALUATE
    assert (figures["n"], figures["accuracy"]) == (3, 1.0)


def test_emails_without_a_mail_server_stay_due(outputs):
    delivery = parse_json(outputs, "deliver")
    assert (delivery["due"], delivery["sent"]) == (
        parse_json(outputs, "status")["outbox"]["due"],
        0,
    )
    assert outputs["deliver"].status == (1 if delivery["failed"] else 0)


def test_mentions_are_json_lines_or_one_object(outputs):
    at_once = parse_json(outputs, "mentions at once")
    assert (at_once["verb"], at_once["ok"], at_once["query"]) == ("mentions", True, "battery")
    assert at_once["mentions"] == [json.loads(line) for line in outputs["jsonl"].out.splitlines()]
    assert len(outputs["mentions"].out.splitlines()) > len(at_once["mentions"])


def test_settings_of_init_load_unchanged(outputs, home):
    init = parse_json(outputs, "init")
    assert (init["ok"], init["config"]) == (True, str(home / "new.yaml"))
    assert outputs["sources of the new"].status == 0
    assert parse_json(outputs, "sources of the new")["sources"] == []
    assert (home / "new" / "record.db").exists(), "in the state folder that init was told"


def test_unreachable_service_is_a_failure_and_no_mistake(outputs):
    """A command with a result prints one object, a command without one a sentence."""
    assert {verb: outputs[f"{verb} elsewhere"].status for verb in UNREACHABLE} == UNREACHABLE
    for verb in ("status", "check", "crawl"):
        assert parse_json(outputs, f"{verb} elsewhere")["ok"] is (UNREACHABLE[verb] == 0)
    for verb in ("search", "index", "rebuild"):
        assert outputs[f"{verb} elsewhere"].out == ""
        assert "does not respond" in outputs[f"{verb} elsewhere"].err
    (source,) = parse_json(outputs, "crawl elsewhere")["sources"]
    assert (source["name"], source["state"]) == ("gone", "failed")


def test_no_command_prints_a_password(outputs):
    texts = [
        outputs[f"{verb} elsewhere"].out + outputs[f"{verb} elsewhere"].err for verb in UNREACHABLE
    ]
    assert not any(SECRET in text for text in texts)
    assert parse_json(outputs, "status elsewhere")["index"]["engine"] == "http://127.0.0.1:9"
