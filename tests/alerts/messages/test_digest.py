"""The digest contains the change of a day, its severity and the gaps in coverage."""

from dataclasses import replace
from datetime import UTC, datetime

from alerts.messages.day_summary import TopicDay
from alerts.messages.digest import compose_digest, digest_context
from alerts.messages.mime import to_mime
from core.coverage import Coverage
from core.incident import IncidentState
from core.mention import Sentiment
from templates.i18n import Translator
from tests.alerts import example_letters as letters

say = Translator(zone="Europe/Berlin")


def composed(**changes):
    """The digest of 20 November, *changes* as in Day."""
    return compose_digest(letters.day(**changes), letters.ENVELOPE, letters.NOW)


def shown(**changes):
    """Its context."""
    return digest_context(letters.day(**changes), letters.ENVELOPE)


def quiet(**changes):
    """A day with one mention, as on most days."""
    few = letters.counts(0, 1, 0, (0.2, 1, 0.2))
    nothing = {"topics": (), "rivals": (), "incidents": (), "mentions": ()}
    return composed(**{"counts": few, **nothing, **changes})


def test_the_subject_says_the_finding():
    headline = "Battery pushed the negative share to 45%, double the normal share"
    assert composed().subject == f"Veloria, Fri 20 Nov: {headline}"


def test_the_letter_has_one_id_a_subscription_and_day():
    letter = composed()
    assert letter.message_id == "<digest.morning.2026-11-20@listening.example>"
    assert letter.key == "morning:2026-11-20"
    assert letter.references == ()
    assert letter == composed()


def test_four_numbers_with_their_change():
    figures = [say(f.value) for f in shown().figures]
    notes = [f.note and say(f.note) for f in shown().figures]
    assert figures == ["296", "45%", "247", "1"]
    assert notes == [
        "▲ 135% vs normal",
        "+24 points vs normal",
        "▲ 135% vs normal",
        "since Fri 20 Nov, 12:40",
    ]


def spoken(text, tone, topic, n):
    """Return a mention on *topic*, by a voice of its own."""
    made = letters.mention(text, tone=tone, published=letters.ONSET + n * letters.HOUR)
    verdict = replace(made.verdict, topics=(topic,))
    return replace(made, verdicts=(verdict,))


def test_the_voices_worth_reading_tell_the_story_of_the_day():
    """The quotes are complaints about its topic, not the first posts of the day."""
    mentions = (
        spoken("Is size M right for me?", Sentiment.NEUTRAL, "frame", 0),
        spoken("Late again", Sentiment.NEGATIVE, "delivery", 1),
        spoken("It got hot", Sentiment.NEGATIVE, "battery", 2),
        spoken("It smells burnt", Sentiment.NEGATIVE, "battery", 3),
    )
    assert [q.text for q in shown(mentions=mentions).quotes] == ["It got hot", "It smells burnt"]
    assert [q.text for q in shown(mentions=mentions[:3]).quotes] == [
        "Is size M right for me?",
        "Late again",
    ]


def test_praise_and_complaint_are_those_of_the_watch():
    """Praise for a rival alone is no praise for the watch of the email."""
    made = spoken("Oskelo is great, this one broke", Sentiment.POSITIVE, "battery", 1)
    towards = replace(made.verdict, watch=letters.day().watch.slug, sentiment=Sentiment.NEGATIVE)
    mixed = replace(made, verdicts=(*made.verdicts, towards))
    (told,) = shown(mentions=(mixed,)).quotes
    assert told.tone == "negative"


def test_a_crisis_that_opened_after_the_day_is_an_alarm_but_not_its_story():
    later = letters.crisis(id=8, onset=letters.NOW)
    context = shown(incidents=(), later_incidents=(later,))
    assert context.safety_tone == "alarm"
    assert [card.name for card in context.incidents] == ["INC-8"]
    assert "incident" not in say(context.headline)


def test_no_letter_offers_an_address_to_leave_by_that_nobody_reads():
    """There is no such address: the settings determine the recipients."""
    assert b"List-Unsubscribe" not in to_mime(composed())


def test_without_history_no_change_is_claimed():
    context = shown(counts=letters.counts(5, 5, 5, None), incidents=())
    assert [figure.note for figure in context.figures] == [None] * 4


def test_topics_stand_by_size_with_their_change():
    lines = shown().topics
    assert [line.name for line in lines] == ["battery", "delivery", "price", "service"]
    assert [line.is_alarming for line in lines] == [True, False, False, False]
    assert say("digest.change", change=lines[0].change) == "+599%"


def test_a_topic_nobody_spoke_of_is_left_out():
    silent = TopicDay(id="app", name="app", counts=letters.counts(0, 0, 0, (1, 1, 1)))
    assert shown(topics=(silent,)).topics == ()


def test_two_critical_voices_and_one_of_praise_are_quoted():
    assert [q.tone for q in shown().quotes] == ["negative", "negative", "positive"]


def test_an_incident_that_is_over_is_told_as_over():
    end = datetime(2026, 11, 20, 18, tzinfo=UTC)
    over = letters.crisis(state=IncidentState.RESOLVED, resolved=end)
    text = composed(incidents=(over,)).text
    assert "From Fri 20 Nov, 12:40 to Fri 20 Nov, 19:00 (resolved)." in text
    assert "0            Open incidents" in text


def test_a_quiet_day_is_one_line_and_is_sent():
    """There is an email every day: a missing one means a failure."""
    letter = quiet()
    assert "A quiet day: 1 mention of Veloria" in letter.text
    assert "Nothing needs a response today." in letter.text
    assert "Up to date: 31 of 33 sources." in letter.text
    assert letter.images == {}
    assert len(letter.text.splitlines()) < 16


def test_silence_is_never_told_as_calm():
    """A quiet day without scoring, or without most sources, is not calm."""
    dead = letters.completeness(outages=(letters.silence(),))
    deaf = letters.completeness(coverage=Coverage(sources=10, heard=3))
    for known in (dead, deaf):
        text = quiet(completeness=known).text
        assert "No verdict today" in text
        assert "Nothing needs a response" not in text


def test_far_less_than_usual_is_suspicious_and_not_quiet():
    letter = quiet(counts=letters.counts(0, 1, 0, (22, 41, 42)))
    assert "Only 1 mention of Veloria (normally about 126)" in letter.subject
    assert "far fewer mentions than normal" in letter.text


def test_unscored_languages_are_said_aloud():
    text = composed().text
    assert "50 mentions were not scored" in text
    assert "(German, Spanish)" in text
    assert "They count towards totals but not sentiment." in text


def test_the_reader_is_told_why_the_letter_comes():
    assert "Daily Veloria digest, 07:30 Europe/Berlin." in composed().text


def test_links_lead_to_the_local_day():
    """Midnight in Berlin is 23:00 of the day before in UTC."""
    assert shown().search_url == (
        "https://harken.example/?q=watch%3Aveloria"
        "&from=2026-11-19T23%3A00%3A00Z&to=2026-11-20T23%3A00%3A00Z"
    )


def test_other_watches_are_compared_by_the_same_measure():
    lines = shown().rivals
    assert [(line.name, line.mentions) for line in lines] == [("Kestrel", 24), ("Ombra", 24)]
    assert lines[0].url.startswith("https://harken.example/?q=watch%3Akestrel&")
    assert lines[1].change is None
