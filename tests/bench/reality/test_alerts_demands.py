"""Each demand of a case can be met and unmet, and the result lists the unmet ones."""

import pytest

from alerts.detection.lifecycle import NotifyReason
from bench.reality.alerting import detection_demands, email_demands, mail
from bench.reality.alerting.clock import at_hour
from bench.reality.alerting.detection import Notice
from bench.reality.alerting.draws import draw_mentions
from bench.reality.alerting.emails import Email, Outbox
from core.incident import IncidentKind

FRAMES = {
    "background": {"a_day": 30},
    "say": [{"from_h": 1, "to_h": 2, "count": 60, "voice": "cold", "topics": ["frame"]}],
    "look": {"from_h": 0, "to_h": 3},
}

# ---- events


def notice(at_h, reason="opened", kind="crisis", **changes):
    values = {"topic": "frame", "topics": ("frame",), "opened": at_hour(1)} | changes
    return Notice(at_h=at_h, reason=NotifyReason(reason), kind=IncidentKind(kind), **values)


NOTICES = [
    notice(1.0, "noticed", "attention", topic=None, topics=()),
    notice(1.5),
    notice(2.0, "grew"),
    notice(9.0, "resolved", topics=()),
    notice(20.0, "reopened", topics=("app", "price")),
]
SOUR_NOTICES = [notice(3.0, "noticed", "sour")]


@pytest.mark.parametrize(
    ("want", "is_met"),
    [
        ({"want": "page"}, True),
        ({"want": "page", "topic": "frame", "after_h": 1.5, "before_h": 1.5}, True),
        ({"want": "page", "topic": "app"}, False),
        ({"want": "page", "before_h": 1.4}, False),
        ({"want": "page", "after_h": 2.1, "before_h": 19}, False),
        ({"want": "any", "after_h": 2}, True),
        ({"want": "any", "before_h": 1.4}, False),
        ({"want": "no page", "before_h": 1.4}, True),
        ({"want": "no page"}, False),
        ({"want": "not over", "before_h": 8}, True),
        ({"want": "not over"}, False),
        ({"want": "over", "after_h": 8}, True),
        ({"want": "over", "after_h": 9.1}, False),
        ({"want": "own name", "before_h": 10}, True),
        ({"want": "own name"}, False),
        ({"want": "events at most", "most": 4}, True),
        ({"want": "events at most", "most": 3}, False),
        ({"want": "incidents", "least": 1}, True),
        ({"want": "incidents", "least": 2}, False),
    ],
)
def test_demands_on_events(want, is_met):
    assert (detection_demands.complaint(NOTICES, want) is None) == is_met


def test_sour_notice_is_any_alert_but_no_page():
    assert detection_demands.complaint(SOUR_NOTICES, {"want": "any"}) is None
    assert "3.0 h sour noticed frame" not in detection_demands.complaint(
        SOUR_NOTICES, {"want": "page"}
    )


def test_result_lists_every_unmet_demand():
    wants = [{"want": "no page"}, {"want": "page"}, {"want": "incidents", "least": 2}]
    result = detection_demands.judge(NOTICES, {"expect": wants})
    assert not result.right
    assert result.seen.startswith("a page: 1.5 h crisis opened frame, 2.0 h crisis grew")
    assert result.seen.endswith("; incidents: 1 instead of 2")
    result = detection_demands.judge(NOTICES, {"expect": [{"want": "page"}]})
    assert result.right
    assert result.seen.startswith("1.0 h attention noticed the brand, ")


# ---- emails


def email(at_h, kind="brief", subject="INC-1 Veloria: Frame", people=3):
    text = f"Broken frames\n\n  4   mentions (by {people:,} voices)\n"
    return Email(at_h=at_h, kind=kind, subject=subject, text=text)


STATE = Outbox(
    emails=[
        email(1.0, "digest", "Veloria, Tue 5 May: calm"),
        email(1.5),
        email(2.5),
        email(2.5, people=61),
    ],
    open_incidents=[1],
    mentions=draw_mentions(FRAMES),
)


@pytest.mark.parametrize(
    ("want", "is_met"),
    [
        ({"want": "voices true", "topic": "frame", "onset_h": 1}, True),
        ({"want": "voices true", "topic": "frame", "onset_h": 1, "until_h": 1.5}, False),
        ({"want": "voices true", "topic": None, "onset_h": -240}, False),
        ({"want": "voices true", "topic": "app", "onset_h": 1}, False),
        ({"want": "no such sentence", "in": "brief", "pattern": "calm"}, True),
        ({"want": "no such sentence", "in": "digest", "pattern": "calm"}, True),
        ({"want": "no such sentence", "in": "digest", "pattern": "calm", "subject": True}, False),
        ({"want": "no such sentence", "in": "brief", "pattern": "by 3", "after_h": 2.6}, True),
        ({"want": "no such sentence", "in": "brief", "pattern": "by 3", "after_h": 2.5}, False),
        ({"want": "updates", "after_h": 1.5, "before_h": 2.5, "least": 3}, True),
        ({"want": "updates", "after_h": 1.6, "before_h": 2.5, "least": 3}, False),
        ({"want": "letters at most", "after_h": 1.6, "before_h": 9, "most": 2}, True),
        ({"want": "letters at most", "after_h": 1, "before_h": 9, "most": 2}, False),
        ({"want": "brief", "after_h": 1, "before_h": 2}, True),
        ({"want": "brief", "after_h": 3, "before_h": 4}, False),
        ({"want": "one letter at a time"}, False),
        ({"want": "closed"}, False),
        ({"want": "digests of", "watches": ["veloria"]}, True),
        ({"want": "digests of", "watches": ["veloria", "norvik"]}, False),
    ],
)
def test_demands_on_emails(want, is_met):
    assert (email_demands.complaint(STATE, want) is None) == is_met


@pytest.mark.parametrize(
    ("want", "is_met"),
    [
        ({"want": "one letter at a time"}, True),
        ({"want": "closed"}, True),
        ({"want": "voices true", "topic": "frame", "onset_h": 1}, False),
        ({"want": "no such sentence", "in": "brief", "pattern": "."}, True),
    ],
)
def test_demands_without_any_email(want, is_met):
    empty = Outbox(emails=[], open_incidents=[], mentions=[])
    assert (email_demands.complaint(empty, want) is None) == is_met


def test_alert_without_a_number_of_people_is_wrong():
    email_without_number = Email(at_h=2.5, kind="brief", subject="", text="Broken frames\n")
    state = Outbox(emails=[email_without_number], open_incidents=[], mentions=STATE.mentions)
    want = {"want": "voices true", "topic": "frame", "onset_h": 1}
    assert email_demands.complaint(state, want) == "the alert of 2.5 h gives no number of people"


def test_result_lists_the_emails():
    result = email_demands.judge(STATE, {"expect": []})
    assert result.right
    assert "1.5 h INC-1 Veloria: Frame" in result.seen
    result = email_demands.judge(STATE, {"expect": [{"want": "closed"}]})
    assert (result.right, result.seen) == (False, "open incidents: 1")


# ---- headers


@pytest.mark.parametrize(
    ("head", "is_same", "right"),
    [
        (b"Subject: Rad\r\n", True, True),
        (b"Subject: Rad\r\n", False, False),
        (b"Subject: =?utf-8?q?" + b"a" * 63 + b"?=\r\n", True, True),
        (b"Subject: =?utf-8?q?" + b"a" * 64 + b"?=\r\n", True, False),
        (b"Subject: =?utf-8?q?a?= =?utf-8?q?b?=\r\n", True, True),
        (b"Subject: =?utf-8?q?a?==?utf-8?q?b?=\r\n", True, False),
    ],
)
def test_encoded_words_are_short_and_separate(head, is_same, right):
    assert mail._encoded_words(head, is_same=is_same).right == right
