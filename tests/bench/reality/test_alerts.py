"""The area `alerts`: every case of a folder is run, and real cases can be right and wrong."""

import json

import pytest
import structlog

from bench.reality.alerting import email_demands, emails
from bench.reality.alerts import count, play
from bench.reality.product import ProductError, product_calls

FRAMES = {
    "name": "sixty broken frames in an hour",
    "background": {"seed": 9, "a_day": 30, "from_h": -240},
    "say": [{"from_h": 1, "to_h": 2, "count": 60, "voice": "cold", "topics": ["frame"]}],
    "look": {"from_h": 0, "to_h": 3, "every_min": 30},
}
DAY = {
    "mentions": 40,
    "voices": 38,
    "negative": 8,
    "neutral": 18,
    "positive": 12,
    "unscored": 0,
    "usual": {"mentions": 41, "voices": 39, "negative": 8, "neutral": 19, "positive": 12},
}


# ---- a folder of inputs


@pytest.fixture
def inputs(tmp_path):
    return tmp_path / "inputs"


@pytest.fixture
def results(inputs, tmp_path):
    """Play the cases of one file and return their results."""

    def play_file(path, *cases):
        file = inputs / "alerts" / path
        file.parent.mkdir(parents=True)
        rows = [{"name": str(n), **case} for n, case in enumerate(cases)]
        file.write_text(json.dumps(rows), encoding="utf-8")
        work = tmp_path / "work"
        work.mkdir()
        case_results = list(play(inputs, work))
        assert count(inputs) == len(case_results) == len(cases)
        assert not list(work.iterdir())
        return case_results

    return play_file


def test_count_has_every_case_of_every_file(inputs):
    for path, number in {"detect/a-one.json": 2, "mail/deep/k.json": 3, "z.json": 0}.items():
        file = inputs / "alerts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([{"name": "same"}] * number))
    assert count(inputs) == 5
    assert count(inputs / "alerts") == 0


def test_kind_and_id_come_from_the_file_and_the_name(results):
    case = {"name": "an hour", "play": "sentence", "counts": DAY, "never": "no such word"}
    one, other = results("digest/deep/q-any.json", case, case)
    assert (one.kind, one.id) == ("q", "digest/deep/q-any: an hour")
    assert (other.kind, other.id) == ("q", "digest/deep/q-any: an hour (2)")


def test_folder_selects_the_player_of_a_case(results):
    want = {"want": "page", "topic": "frame", "after_h": 1, "before_h": 2}
    right, wrong = results(
        "detect/a-frames.json",
        {**FRAMES, "expect": [want]},
        {**FRAMES, "expect": [{**want, "topic": "app"}]},
    )
    assert right.right
    assert "crisis opened frame" in right.seen
    assert not wrong.right
    assert wrong.seen.startswith("no page on app from 1 h to 2 h")


@pytest.mark.parametrize(
    "case",
    [
        {**FRAMES, "play": "detect", "expect": [{"want": "applause"}]},
        {"play": "header", "want": "applause"},
        {"play": "drums"},
    ],
)
def test_unknown_demand_is_an_error_of_the_player(results, case):
    with pytest.raises(ValueError, match=r"applause|drums"):
        results("mail/k-unknown.json", case)


def test_exception_of_the_product_is_a_wrong_result(results):
    nowhere = {"play": "chart", "zone": "Moon/Copernicus", "day": "2026-05-05", "mentions": 12}
    (result,) = results("mail/m-moon.json", nowhere)
    assert result.right is False
    assert result.seen.startswith("ZoneInfoNotFoundError: ")


def test_only_exceptions_become_product_errors():
    with pytest.raises(ProductError, match=r"^KeyError: 'bell'$"), product_calls():
        raise KeyError("bell")
    with pytest.raises(KeyboardInterrupt), product_calls():
        raise KeyboardInterrupt


# ---- real cases


def test_reply_of_the_server_sets_the_state_of_an_email(results):
    refusals = [
        ("MAIL", "421 4.3.0 Come back later", "waits"),
        ("RCPT", "450 4.2.0 Try again", "waits"),
        ("DATA", "451 4.3.0 Try again", "waits"),
        ("RCPT", "550 5.1.1 Nobody of that name", "given up"),
        ("none", "", "sent"),
        ("none", "", "waits"),
    ]
    cases = [{"play": "smtp", "when": w, "answer": a, "want": want} for w, a, want in refusals]
    results_ = results("mail/k-answers.json", *cases)
    assert [(a.right, a.seen) for a in results_[:-1]] == [
        (True, want) for *_, want in refusals[:-1]
    ]
    assert (results_[-1].right, results_[-1].seen) == (False, "sent")


def test_headers_of_a_real_email(results):
    results_ = results(
        "mail/l-headers.json",
        {"play": "header", "want": "RFC 2047", "subject": "Räder"},
        {"play": "header", "want": "header List-ID: "},
        {"play": "header", "want": "header List-ID: ", "kind": "brief"},
        {"play": "header", "want": "header X-Bell"},
    )
    assert [a.right for a in results_] == [True, True, False, False]
    assert results_[-1].seen == "no X-Bell"


def test_charts_contain_a_day(results):
    day = {"play": "chart", "zone": "Europe/Lisbon", "mentions": 46}
    results_ = results(
        "mail/m-lisbon.json", {**day, "day": "2026-03-29"}, {**day, "day": "2026-07-01"}
    )
    assert [a.right for a in results_] == [True, True]
    assert results_[0].seen == "the chart holds 46 of 46 mentions"


def test_sentences_and_praise_of_a_day(results):
    topics = [{"id": "frame", **DAY, "negative": 30}]
    cases = [
        {"play": "sentence", "counts": DAY, "never": "(?i)action needed"},
        {"play": "sentence", "counts": DAY, "topics": topics, "never": "Frame"},
        {"play": "praise", "said": [["Glides like a swan.", 0.9]], "want": "Glides like a swan"},
        {"play": "praise", "said": [["Glides like a swan.", 0.9]], "want": "Sinks like a stone"},
    ]
    calm, sour, praise, other = results("digest/g-day.json", *cases)
    assert calm.right
    assert "Acme" in calm.seen
    assert not sour.right
    assert "Frame" in sour.seen
    assert (praise.right, other.right) == (True, False)
    assert praise.seen == other.seen == "quotes ['Glides like a swan.']"


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    settings = structlog.get_config()
    state = emails.run({**FRAMES, "digests": True}, tmp_path_factory.mktemp("frames"))
    assert structlog.get_config() == settings
    return state


@pytest.mark.parametrize(
    ("want", "is_met"),
    [
        ({"want": "brief", "after_h": 1, "before_h": 2}, True),
        ({"want": "voices true", "topic": "frame", "onset_h": 1}, True),
        ({"want": "voices true", "topic": "frame", "onset_h": 1, "until_h": 1.1}, False),
        ({"want": "no such sentence", "in": "brief", "subject": True, "pattern": "Price"}, True),
        ({"want": "no such sentence", "in": "brief", "subject": True, "pattern": "Frame"}, False),
        ({"want": "digests of", "watches": ["veloria"]}, True),
        ({"want": "closed"}, False),
    ],
)
def test_emails_of_a_real_installation(frames, want, is_met):
    assert (email_demands.complaint(frames, want) is None) == is_met


def test_unreachable_source_gives_no_alert(results):
    case = {
        **FRAMES,
        "background": {"seed": 9, "a_day": 30, "from_h": -120},
        "off": [{"from_h": 0.2, "to_h": 0.9}],
        "unlisted_at_h": 2.5,
        "expect": [{"want": "brief", "after_h": 1, "before_h": 3}],
    }
    gap = {"source": "forum", "from_h": 1, "to_h": 9}
    right, wrong = results("letters/d-reach.json", case, {**case, "lost": [gap]})
    assert right.right
    assert "1.5 h INC-1 Veloria: Frame" in right.seen
    assert (wrong.right, wrong.seen) == (False, "no alert from 1 h to 3 h")
