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
    *("emotion", "intents", "offensive", "heads", "read_share"),
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
def told(home):
    """Output of every command, as JSON and for people, in the order of the pipeline."""
    where = ["--config", str(home / "harken.yaml")]
    calls, names = [], []
    for verb, more in CALLS.items():
        arguments = [verb, *(a.format(labelled=home / "labelled.jsonl") for a in more), *where]
        calls += [[*arguments, "--json"], arguments]
        names += [verb, f"{verb} for people"]
    calls += [["sources", "--kinds", *where, "--json"], ["mentions", "battery", "--jsonl", *where]]
    calls += [["deliver", *LATER, *where, "--json"], ["mentions", *where]]
    calls += [["mentions", "battery", "--json", *where], ["sources", "--kinds", *where]]
    names += ["kinds", "jsonl", "deliver", "mentions", "mentions at once", "kinds for people"]
    calls += [["init", "--config", str(home / "new.yaml"), "--state", str(home / "new"), "--json"]]
    calls += [["sources", "--config", str(home / "new.yaml"), "--json"]]
    names += ["init", "sources of the new"]
    elsewhere = ["--config", str(home / "elsewhere.yaml"), "--json"]
    (home / "elsewhere.yaml").write_text(ELSEWHERE.format(state=home / "elsewhere"))
    calls += [[verb, *elsewhere] for verb in UNREACHABLE]
    names += [f"{verb} elsewhere" for verb in UNREACHABLE]
    return dict(zip(names, call(*calls), strict=True))


def parsed(told, name):
    return json.loads(told[name].out)


@pytest.mark.parametrize("verb", CALLS)
def test_every_verb_prints_one_object_with_its_head(told, verb):
    assert told[verb].status == 0, told[verb].err
    assert told[verb].out.count("\n") == 1
    head = parsed(told, verb)
    assert (head["schema"], head["verb"], head["ok"]) == (1, verb, True)
    assert head["at"].endswith("Z")
    if CALLS[verb] == AT:
        assert head["at"][:13] == format_utc(NOW)[:13]


@pytest.mark.parametrize("verb", CALLS)
def test_every_verb_speaks_to_people_too(told, verb):
    spoken = told[f"{verb} for people"]
    assert spoken.status == 0, spoken.err
    assert not spoken.out.startswith("{")
    assert "None" not in spoken.out.replace("None: nobody", "") or verb == "evaluate"


def test_no_call_ends_in_a_traceback(told):
    assert [name for name, said in told.items() if "Traceback" in said.err + said.out] == []


def test_status_has_the_keys_of_the_contract(told):
    status = parsed(told, "status")
    assert set(status) >= STATUS
    assert set(status["mentions"]) == {"pending", "scored", "unscored", "quarantined", "deleted"}
    assert set(status["index"]) == {"engine", "docs", "lag"}
    assert set(status["outbox"]) == {"due", "sent", "failed"}
    assert status["calm"] in (False, None)
    assert status["index"]["lag"] == 0
    total = sum(status["mentions"].values())
    assert status["index"]["docs"] == total - status["mentions"]["deleted"]


def test_steps_that_were_done_once_are_no_processes_that_died(told):
    assert parsed(told, "status")["processes"] == []


def test_the_line_finds_the_crisis_and_writes_brief_and_digest(told):
    assert parsed(told, "detect")["started"] is True
    assert parsed(told, "detect")["events"] >= 1
    assert parsed(told, "digest")["written"] == 1
    (incident,) = parsed(told, "incidents")["incidents"]
    assert set(incident) >= INCIDENT
    assert incident["watch"] == "veloria"
    assert incident["onset"].endswith("Z")


def test_a_source_has_the_keys_of_the_contract(told):
    (source,) = parsed(told, "sources")["sources"]
    assert set(source) >= SOURCE
    assert source["name"] == "blog"


def test_a_kind_has_the_keys_of_the_contract(told):
    kinds = parsed(told, "kinds")["kinds"]
    assert {"feed", "forum", "mastodon", "wordpress"} <= {kind["kind"] for kind in kinds}
    for kind in kinds:
        assert set(kind) >= KIND
        assert kind["deletions"] in ("stream", "poll", "none")
        assert kind["proven"] in ("server", "recorded", "documented")


def test_a_mention_has_the_keys_of_the_contract(told):
    lines = [json.loads(line) for line in told["jsonl"].out.splitlines()]
    assert lines
    for mention in lines:
        assert set(mention) >= MENTION
        assert "battery" in mention["text"]
        for verdict in mention["verdicts"]:
            assert set(verdict) == VERDICT
    published = [mention["published"] for mention in lines]
    assert published == sorted(published), "oldest first"


def test_record_and_index_find_the_same(told):
    found = parsed(told, "search")
    assert set(found["mentions"][0]) >= MENTION
    assert found["total"] == len(told["jsonl"].out.splitlines())


def test_a_rebuild_tells_everything_again(told):
    assert parsed(told, "rebuild")["taken"] == parsed(told, "status")["index"]["docs"]


def test_an_evaluation_has_the_keys_of_the_contract(told):
    figures = parsed(told, "evaluate")
    assert set(figures) >= EVALUATE
    assert (figures["n"], figures["accuracy"]) == (3, 1.0)


def test_letters_without_a_mail_server_wait(told):
    delivered = parsed(told, "deliver")
    assert (delivered["due"], delivered["sent"]) == (parsed(told, "status")["outbox"]["due"], 0)
    assert told["deliver"].status == (1 if delivered["failed"] else 0)


def test_mentions_come_line_by_line_or_in_one_object(told):
    at_once = parsed(told, "mentions at once")
    assert (at_once["verb"], at_once["ok"], at_once["query"]) == ("mentions", True, "battery")
    assert at_once["mentions"] == [json.loads(line) for line in told["jsonl"].out.splitlines()]
    assert len(told["mentions"].out.splitlines()) > len(at_once["mentions"])


def test_settings_that_init_wrote_are_taken_as_they_are(told, home):
    made = parsed(told, "init")
    assert (made["ok"], made["config"]) == (True, str(home / "new.yaml"))
    assert told["sources of the new"].status == 0
    assert parsed(told, "sources of the new")["sources"] == []
    assert (home / "new" / "record.db").exists(), "in the state folder that init was told"


def test_what_is_out_of_reach_is_a_failure_and_no_mistake(told):
    """With a result one object is printed, without one a sentence."""
    assert {verb: told[f"{verb} elsewhere"].status for verb in UNREACHABLE} == UNREACHABLE
    for verb in ("status", "check", "crawl"):
        assert parsed(told, f"{verb} elsewhere")["ok"] is (UNREACHABLE[verb] == 0)
    for verb in ("search", "index", "rebuild"):
        assert told[f"{verb} elsewhere"].out == ""
        assert "does not respond" in told[f"{verb} elsewhere"].err
    (source,) = parsed(told, "crawl elsewhere")["sources"]
    assert (source["name"], source["state"]) == ("gone", "failed")


def test_no_verb_ever_shows_a_password(told):
    said = [told[f"{verb} elsewhere"].out + told[f"{verb} elsewhere"].err for verb in UNREACHABLE]
    assert not any(SECRET in text for text in said)
    assert parsed(told, "status elsewhere")["index"]["engine"] == "http://127.0.0.1:9"
