"""``harken status``: the text has everything of the JSON."""

from datetime import UTC, datetime

import pytest

from harken.commands.status import _status_lines

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
STATUS = {
    "mentions": {"pending": 3, "scored": 5, "unscored": 0, "quarantined": 1, "deleted": 2},
    "unsupported": {},
    "undated": {},
    "models": {"minilm 1a cpu bf16": 5},
    "replay": None,
    "index": {"engine": "tantivy", "docs": 9, "lag": 4},
    "outbox": {"due": 1, "sent": 7, "failed": 0},
    "coverage": {
        "sources": 6, "heard": 1, "late": ["blog"], "silent": ["forum", "wiki"], "forbidden": ["x"],
        "broken": ["y"], "gap": ["blog"],
        "gaps": [
            {"source": "blog", "from": "2026-03-01T20:00:00Z", "to": None, "reason": "silence",
             "caught_up": False},
        ],
    },
    "silences": [{"what": "smtp", "name": "smtp", "since": AT, "reason": "it does not answer"}],
    "calm": None,
    "processes": [{"name": "index", "pid": 77, "state": "failing", "since": AT, "beat": AT}],
    "drift": [],
    "settings": None,
    "shares": [],
}  # fmt: skip


def status_text(**values):
    return "\n".join(_status_lines(STATUS | values))


def test_status_names_queues_processes_and_failing_sources():
    text = status_text()
    for words in ("3 pending", "5 scored", "1 quarantined", "1 of 6 up to date",
                  "changes behind: 4", "1 due, 7 sent", "late: blog", "silent: forum, wiki",
                  "forbidden: x", "broken: y",
                  "process index: failing, pid 77", "2026-11-22 06:00:00 UTC",
                  "not working: smtp smtp: it does not answer"):  # fmt: skip
        assert words in text
    assert "sources gap: blog" in text
    assert "not heard: blog from 2026-03-01T20:00:00Z until now (silence)" in text


def test_status_names_sources_whose_scores_have_shifted():
    shift = {"source": "blog", "since": AT, "mean": -0.2, "reference": 0.1}
    text = status_text(drift=[shift | {"incidents": []}, shift | {"incidents": ["INC-7"]}])
    line = "scores of blog: mean -0.20 since 2026-11-22 06:00 UTC, normally +0.10"
    assert [row for row in text.splitlines() if row.startswith("scores of blog")] == [
        line,
        f"{line}; perhaps due to INC-7",
    ]


@pytest.mark.parametrize(
    ("calm", "words"),
    [(None, "calm: unknown"), (True, "calm: yes"), (False, "calm: no, an incident")],
)
def test_calm_is_unknown_yes_or_no(calm, words):
    assert (
        status_text(calm=calm).endswith(words) or words in status_text(calm=calm).splitlines()[-1]
    )


def test_status_omits_models_if_all_scores_are_of_one():
    assert "--again" not in status_text()


def test_status_counts_scores_by_model_and_rescoring():
    text = status_text(models={"old": 7, "new": 2}, replay={"model": "new", "waiting": 6})
    assert "scores: 7 by old, 2 by new; `harken analyse --again`" in text
    assert "re-scoring: 6 left for new" in text


def edited_settings(**values):
    """Return the JSON of settings that were edited while Harken ran."""
    status = {"path": "harken.yaml", "applied_at": AT, "rejected_at": None, "problem": None}
    return {"settings": status | {"restart": []} | values}


def test_status_reports_a_mistake_in_the_settings_with_its_place():
    problem = "harken.yaml:3:1: watchs: unknown setting."
    text = status_text(**edited_settings(problem=problem, rejected_at=AT))
    assert "settings: harken.yaml has a mistake and was not applied" in text
    assert "the settings of 2026-11-22 06:00:00 UTC are in force" in text
    assert f"\n  {problem}\n" in text
    assert "restart" not in text


def test_status_names_the_settings_that_need_a_restart():
    text = status_text(**edited_settings(restart=["index", "console.port"]))
    assert "settings: changed; restart to apply index, console.port\n" in text
    assert "mistake" not in text


def test_status_does_not_mention_settings_that_apply():
    assert "settings" not in status_text(**edited_settings())


def share(**values):
    """Return the JSON of a share whose error is unmeasured."""
    unknown = dict.fromkeys(("corrected", "low", "high", "change", "change_low", "change_high"))
    row = {"watch": "acme", "since": AT, "until": AT, "scored": 214, "negative_share": 0.31}
    return {"shares": [row | unknown | {"sample": 0, "verdict": "unmeasured"} | values]}


def test_status_states_that_the_error_of_a_share_is_unmeasured():
    text = status_text(**share())
    assert "negative share of acme, last 7 days: 31% of 214 scored mentions; error unm" in text
    assert "no scored mention" in status_text(**share(negative_share=None))


def test_status_states_the_corrected_share_and_its_change():
    corrected = {"corrected": 0.27, "low": 0.22, "high": 0.33, "change": 0.02}
    text = status_text(**share(**corrected, verdict="no reliable change"))
    assert "; 27% corrected for the model's errors (22% to 33%); no reliable change from" in text
    text = status_text(**share(**corrected | {"change": -0.12}, verdict="down"))
    assert "; down by 12 points from the 7 days before" in text


def test_status_counts_undated_mentions_by_source():
    text = status_text(undated={"blog": 1_200, "forum": 1})
    assert "undated, in no count of a time: 1,200 blog, 1 forum; " in text
    assert "undated" not in status_text()


def test_status_counts_unsupported_languages():
    text = status_text(unsupported={"nl": 2, "ja": 31, "unknown": 2})
    assert "language not supported: 31 ja, 2 nl, 2 unknown" in text
    assert "not supported" not in status_text()
