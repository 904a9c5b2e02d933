"""The digest states the changes of a day, their severity and the gaps in coverage."""

from dataclasses import replace
from datetime import UTC, datetime

from alerts.messages.day_summary import TopicDay
from alerts.messages.digest import compose_digest, digest_context
from alerts.messages.mime import to_mime
from core.coverage import Coverage
from core.incident import IncidentState
from core.mention import Sentiment
from templates.i18n import Translator
from tests.alerts import example_emails as letters

say = Translator(zone="Europe/Berlin")


def composed_digest(**changes):
    """Return the digest of 20 November, *changes* as in DigestFacts."""
    return compose_digest(letters.day(**changes), letters.ENVELOPE, letters.NOW)


def context(**changes):
    """Return the context of that digest."""
    return digest_context(letters.day(**changes), letters.ENVELOPE)


def quiet_digest(**changes):
    """Return the digest of a day with one mention, as on most days."""
    few = letters.counts(0, 1, 0, (0.2, 1, 0.2))
    nothing = {"topics": (), "rivals": (), "incidents": (), "mentions": ()}
    return composed_digest(**{"counts": few, **nothing, **changes})


def test_subject_has_the_headline():
    headline = "Battery pushed the negative share to 45%, double the normal share"
    assert composed_digest().subject == f"Veloria, Fri 20 Nov: {headline}"


def test_message_id_depends_on_subscription_and_day():
    digest = composed_digest()
    assert digest.message_id == "<digest.morning.2026-11-20@listening.example>"
    assert digest.key == "morning:2026-11-20"
    assert digest.references == ()
    assert digest == composed_digest()


def test_figures_with_their_changes():
    figures = [say(f.value) for f in context().figures]
    notes = [f.note and say(f.note) for f in context().figures]
    assert figures == ["296", "45%", "247", "1"]
    assert notes == [
        "▲ 135% vs normal",
        "+24 points vs normal",
        "▲ 135% vs normal",
        "since Fri 20 Nov, 12:40",
    ]


def mention_on(text, tone, topic, n):
    """Return a mention on *topic*, by a voice of its own."""
    base = letters.mention(text, tone=tone, published=letters.ONSET + n * letters.HOUR)
    verdict = replace(base.verdict, topics=(topic,))
    return replace(base, verdicts=(verdict,))


def test_quotes_are_about_the_topic_of_the_day():
    """They are not the first posts of the day."""
    mentions = (
        mention_on("Is size M right for me?", Sentiment.NEUTRAL, "frame", 0),
        mention_on("Late again", Sentiment.NEGATIVE, "delivery", 1),
        mention_on("It got hot", Sentiment.NEGATIVE, "battery", 2),
        mention_on("It smells burnt", Sentiment.NEGATIVE, "battery", 3),
    )
    assert [q.text for q in context(mentions=mentions).quotes] == ["It got hot", "It smells burnt"]
    assert [q.text for q in context(mentions=mentions[:3]).quotes] == [
        "Is size M right for me?",
        "Late again",
    ]


def test_quotes_have_the_tone_for_the_watch():
    """Praise for a rival alone is no praise for the watch of the email."""
    base = mention_on("Oskelo is great, this one broke", Sentiment.POSITIVE, "battery", 1)
    towards = replace(base.verdict, watch=letters.day().watch.slug, sentiment=Sentiment.NEGATIVE)
    mention = replace(base, verdicts=(*base.verdicts, towards))
    (quote,) = context(mentions=(mention,)).quotes
    assert quote.tone == "negative"


def test_crisis_opened_after_the_day_is_an_alarm_only():
    later = letters.crisis(id=8, onset=letters.NOW)
    digest = context(incidents=(), later_incidents=(later,))
    assert digest.safety_tone == "alarm"
    assert [card.name for card in digest.incidents] == ["INC-8"]
    assert "incident" not in say(digest.headline)


def test_digest_has_no_list_unsubscribe():
    """There is no such address: the settings determine the recipients."""
    assert b"List-Unsubscribe" not in to_mime(composed_digest())


def test_figures_without_history_have_no_change():
    digest = context(counts=letters.counts(5, 5, 5, None), incidents=())
    assert [figure.note for figure in digest.figures] == [None] * 4


def test_topics_are_in_order_of_size_with_their_change():
    lines = context().topics
    assert [line.name for line in lines] == ["battery", "delivery", "price", "service"]
    assert [line.is_alarming for line in lines] == [True, False, False, False]
    assert say("digest.change", change=lines[0].change) == "+599%"


def test_topic_without_mentions_is_omitted():
    silent = TopicDay(id="app", name="app", counts=letters.counts(0, 0, 0, (1, 1, 1)))
    assert context(topics=(silent,)).topics == ()


def test_two_complaints_and_one_praise_are_quoted():
    assert [q.tone for q in context().quotes] == ["negative", "negative", "positive"]


def test_resolved_incident_has_its_end():
    end = datetime(2026, 11, 20, 18, tzinfo=UTC)
    over = letters.crisis(state=IncidentState.RESOLVED, resolved=end)
    text = composed_digest(incidents=(over,)).text
    assert "From Fri 20 Nov, 12:40 to Fri 20 Nov, 19:00 (resolved)." in text
    assert "0            Open incidents" in text


def test_digest_of_a_quiet_day_is_short():
    """There is an email every day: a missing one means a failure."""
    digest = quiet_digest()
    assert "A quiet day: 1 mention of Veloria" in digest.text
    assert "Nothing needs a response today." in digest.text
    assert "Up to date: 31 of 33 sources." in digest.text
    assert digest.images == {}
    assert len(digest.text.splitlines()) < 16


def test_day_without_coverage_is_not_calm():
    """Few mentions without scoring or without most sources give no verdict."""
    without_scorer = letters.completeness(outages=(letters.outage(),))
    few_sources = letters.completeness(coverage=Coverage(sources=10, heard=3))
    for completeness in (without_scorer, few_sources):
        text = quiet_digest(completeness=completeness).text
        assert "No verdict today" in text
        assert "Nothing needs a response" not in text


def test_far_fewer_mentions_than_normal_are_reported():
    digest = quiet_digest(counts=letters.counts(0, 1, 0, (22, 41, 42)))
    assert "Only 1 mention of Veloria (normally about 126)" in digest.subject
    assert "far fewer mentions than normal" in digest.text


def test_unscored_languages_are_reported():
    text = composed_digest().text
    assert "50 mentions were not scored" in text
    assert "(German, Spanish)" in text
    assert "They count towards totals but not sentiment." in text


def test_digest_states_its_subscription():
    assert "Daily Veloria digest, 07:30 Europe/Berlin." in composed_digest().text


def test_links_cover_the_local_day():
    """Midnight in Berlin is 23:00 of the day before in UTC."""
    assert context().search_url == (
        "https://harken.example/?q=watch%3Aveloria"
        "&from=2026-11-19T23%3A00%3A00Z&to=2026-11-20T23%3A00%3A00Z"
    )


def test_rivals_have_counts_and_changes():
    lines = context().rivals
    assert [(line.name, line.mentions) for line in lines] == [("Kestrel", 24), ("Ombra", 24)]
    assert lines[0].url.startswith("https://harken.example/?q=watch%3Akestrel&")
    assert lines[1].change is None
