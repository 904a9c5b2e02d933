"""Example contexts of every page of the console, for the tests of templates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from alerts.messages.brief import brief_context
from core.coverage import Coverage
from templates.charts.geometry import NamedInterval, Plot, plot
from templates.contexts import console
from templates.contexts import layout as shell_
from templates.contexts import search as search_
from templates.contexts import why as why_
from templates.contexts.base import Context
from templates.i18n import msg
from tests.alerts import example_emails as letters

START = datetime(2026, 11, 13, 15, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> \u202eevil {{7*7}} ${7*7} =HYPERLINK('x') \x1b[31m 'q\" "


def shell(section: str = "", *, alarm: bool = True) -> shell_.Layout:
    """Return a layout with one open incident; the newest mention is two minutes old."""
    alarm_of_incident = shell_.Alarm(
        name="INC-7",
        title=msg("incident.topic", watch="Veloria", topic="battery"),
        sentence=msg("brief.headline", count=64, times=15.6, expected=4.1, window=HOUR),
        url="/incidents/7",
    )
    return shell_.Layout(
        section=section,
        open_incidents=1,
        newest_age=timedelta(minutes=2),
        alarms=(alarm_of_incident,) if alarm else (),
    )


HOUR = timedelta(hours=1)
PART = msg("quote.read", share=0.12, count=18400)


def chart() -> Plot:
    """Return two days in bars of an hour, with a crisis at their end."""
    until = letters.NOW.replace(hour=15, minute=0)
    bars = [
        replace(bar, href=f"/?{urlencode({'from': bar.start.isoformat()})}")
        for bar in letters.bars(until, peak=letters.ONSET + HOUR)
    ]
    return plot(
        bars, zone="Europe/Berlin", intervals=[NamedInterval(label="INC-7", start=letters.ONSET)]
    )


def result(text: str = "My battery got hot", **changes: Any) -> shell_.MentionCard:
    """Return a card; *text* is split around "battery"."""
    before, hit, after = text.partition("battery")
    pieces = [(before, False), (hit, True), (after, False)]
    fields: dict[str, Any] = {
        "url": "/m/1",
        "original": "https://forum.example/t/1",
        "text_parts": tuple(shell_.TextPart(text=t, is_hit=h) for t, h in pieces if t),
        "language": "en",
        "tone": "negative",
        "certainty": 0.86,
        "topics": ("battery",),
        "source": "velo-forum",
        "voice": "@f4d595",
        "published": letters.ONSET,
    }
    return shell_.MentionCard(**fields | changes)


def results(hostile: str = HOSTILE) -> tuple[shell_.MentionCard, ...]:
    """Return cards of all kinds, a hostile one first."""
    hot = "My battery got so hot on charge that I unplugged it. Has anyone else seen this?"
    return (
        result(hostile + "battery", original="javascript:alert(1)"),
        result(
            hot,
            duplicate_count=165,
            duplicates_url="/?q=family:1",
            incident="INC-7",
            incident_url="/i/7",
        ),
        result("Two days of battery, I am impressed", tone="positive", source="mastodon.example"),
        result("Der Akku hält", tone="unscored", certainty=None, language="de", state="edited"),
        result("A long story of a battery", read_note=PART),
    )


def facets(hostile: str = HOSTILE) -> tuple[search_.Facet, ...]:
    """Return facets for sentiments and sources."""
    line = search_.FacetValue
    tones = (("negative", 678, 1.0), ("neutral", 188, 0.28), ("positive", 91, 0.13))
    places = (("velo-forum", 217, 1.0), ("mastodon.example", 174, 0.8), (hostile, 105, 0.48))
    return (
        search_.Facet(
            name="sentiment",
            values=tuple(
                line(label=t, count=n, share=s, url="/?s", tone=t, is_selected=t == "negative")
                for t, n, s in tones
            ),
        ),
        search_.Facet(
            name="source",
            values=tuple(line(label=t, count=n, share=s, url="/?s") for t, n, s in places),
        ),
    )


def search(hostile: str = HOSTILE, **changes: Any) -> search_.SearchPage:
    """Return a search page with every element."""
    fields: dict[str, Any] = {
        "zone": "Europe/Berlin",
        "layout": shell("search"),
        "json_url": "/.json?q=battery",
        "query": "battery",
        "ranges": (
            search_.SelectOption(value="24h", label=msg("search.last_24h")),
            search_.SelectOption(value="7d", label=msg("search.last_7d"), is_selected=True),
        ),
        "pills": (search_.Pill(field="sentiment", value="negative", url="/?q=battery"),),
        "clear_url": "/?q=battery",
        "start": START,
        "end": START + timedelta(days=7),
        "total": 957,
        "distinct": 11,
        "took": timedelta(milliseconds=86),
        "chart": chart(),
        "facets": facets(hostile),
        "results": results(hostile),
        "older_url": "/?page=2",
    }
    return search_.SearchPage(**fields | changes)


def invalid_query(hostile: str = HOSTILE) -> search_.SearchPage:
    """Return the page of an invalid query."""
    return search(
        hostile,
        query=f"sentimnt:negative battery {hostile}",
        pills=(),
        mistake=search_.QueryMistake(
            message=f"Unknown field “sentimnt”. {hostile}",
            column=0,
            hint="sentiment:negative",
            hint_url="/?q=sentiment%3Anegative",
        ),
    )


def incident(hostile: str = HOSTILE) -> console.IncidentPage:
    """Return the page of INC-7."""
    opening = console.TimelineEntry(at=letters.ONSET + HOUR / 2, sentence=msg("incident.opened"))
    acknowledgement = console.TimelineEntry(
        at=letters.NOW, sentence=msg("incident.acknowledged"), person=hostile
    )
    watch = letters.VELORIA
    facts = letters.brief_facts(topic=hostile, watch=watch)
    return console.IncidentPage(
        zone="Europe/Berlin",
        layout=shell("incidents", alarm=False),
        json_url="/incidents/7.json",
        brief=brief_context(facts, letters.ENVELOPE, letters.NOW),
        events=(opening, acknowledgement),
        actions=(
            console.Action(label=msg("incident.acknowledge"), url="/incidents/7/ack", token="t"),
        ),
        results=results(hostile),
    )


def incidents(hostile: str = HOSTILE) -> console.IncidentsPage:
    """Return the page of one open crisis and one resolved notice."""
    row: dict[str, Any] = {
        "name": "INC-7",
        "url": "/incidents/7",
        "title": msg("incident.topic", watch="Veloria", topic=hostile),
        "kind": "crisis",
        "state": "open",
        "severity": 2,
        "onset": letters.ONSET,
        "resolved": None,
        "observed": 64,
        "expected": 4.1,
        "negative_share": 0.71,
        "usual_share": 0.24,
    }
    over = row | {"kind": "sour", "state": "resolved", "resolved": letters.NOW, "severity": 4}
    return console.IncidentsPage(
        layout=shell("incidents"),
        incidents=(console.IncidentRow(**row),),
        notices=(console.IncidentRow(**over),),
    )


def sources(hostile: str = HOSTILE) -> console.SourcesPage:
    """Return the page of a source in each state."""
    states = ("heard", "late", "silent", "quiet", "forbidden", "broken", "gap", "new")
    return console.SourcesPage(
        layout=shell("sources"),
        coverage=Coverage(sources=7, heard=2),
        sources=tuple(
            console.SourceStatusRow(
                name=f"source-{state}",
                kind="feed",
                state=state,
                since=letters.ONSET,
                reason=hostile if state == "broken" else "",
                interval=timedelta(minutes=15),
                expected_per_hour=None if state == "new" else 2.5,
                fetched=1200,
                known=80,
                edited=2,
                new=38,
                dropped=1080,
                requests=31,
                url="/?q=source:x",
            )
            for state in states
        ),
    )


def row(hostile: str = HOSTILE, **changes: Any) -> console.NotificationRow:
    """Return the row of a sent brief."""
    fields: dict[str, Any] = {
        "url": "/inbox/1",
        "kind": "brief",
        "subject": f"INC-7 Veloria: {hostile}",
        "recipient": "lead@veloria.example",
        "state": "sent",
        "at": letters.NOW,
    }
    return console.NotificationRow(**fields | changes)


def letter(hostile: str = HOSTILE) -> console.NotificationPage:
    """Return the page of an email."""
    return console.NotificationPage(
        layout=shell("inbox"),
        letter=row(hostile),
        sender="Harken <harken@listening.example>",
        message_id="<inc-7.r1@listening.example>",
        text=hostile,
        html_url="/inbox/1/html",
        eml_url="/inbox/1.eml",
    )


def pages(hostile: str = HOSTILE) -> dict[str, tuple[str, Context]]:
    """Return (template, context) by name: every state of every page, *hostile* in each field."""
    due = row(hostile, kind="digest", state="due", reason=hostile)
    layout_with_outage = shell_.Layout(
        section="status",
        open_incidents=0,
        newest_age=None,
        outages=(msg("silence.scorer", since=letters.NOW),),
        settings=shell_.SettingsNotice(
            sentences=(msg("shell.settings_mistake", file=hostile, count=1, at=letters.NOW),),
            mistakes=(hostile,),
        ),
    )
    return {
        "search": ("console/search.html.j2", search(hostile)),
        "mistake": ("console/search.html.j2", invalid_query(hostile)),
        "none": ("console/search.html.j2", search(hostile, results=(), chart=None, total=0)),
        "incident": ("console/incident.html.j2", incident(hostile)),
        "incidents": ("console/incidents.html.j2", incidents(hostile)),
        "sources": ("console/sources.html.j2", sources(hostile)),
        "inbox": (
            "console/inbox.html.j2",
            console.InboxPage(layout=shell("inbox"), letters=(row(hostile), due)),
        ),
        "letter": ("console/letter.html.j2", letter(hostile)),
        "mention": (
            "console/mention.html.j2",
            search_.MentionPage(
                layout=shell(),
                result=result(hostile),
                author=msg("role_origin.platform", role=msg("role.automated")),
                verdicts=(
                    search_.VerdictDetails(
                        model=hostile,
                        watch="veloria",
                        tone="negative",
                        probabilities=(("negative", 0.86), ("neutral", 0.1), ("positive", 0.04)),
                        read_note=PART,
                    ),
                ),
                facts=((msg("mention.uri"), hostile),),
                engagement=(
                    search_.EngagementRow(at=hostile, counts=((msg("engagement.likes"), 1_234),)),
                ),
            ),
        ),
        "why": (
            "console/why.html.j2",
            why_.WhyPage(
                layout=shell(),
                result=result(hostile),
                watch=hostile,
                state="ready",
                notes=(msg("why.score", value=-0.86), msg("why.rule", rule=hostile)),
                words=(why_.MovingWord(text=hostile, effect="negative", change=-0.4),),
                again_url="/m/1/why?again=1",
                mention_url="/m/1",
                model=hostile,
            ),
        ),
        "status": (
            "console/status.html.j2",
            console.StatusPage(
                layout=layout_with_outage,
                calm=None,
                coverage=Coverage(sources=7, heard=2),
                models={hostile: 3012},
                replay={"model": hostile, "waiting": 12},
                mentions={"pending": 3, "scored": 3012, "unscored": 940, "quarantined": 1},
                outbox={"due": 1, "sent": 4, "failed": 0},
                shares=(
                    (msg("share.scored", watch=hostile, value=0.24, count=412),),
                    (msg("share.unmeasured"),),
                ),
                drift=(
                    msg(
                        "heard.drift",
                        source=hostile,
                        since=letters.NOW,
                        mean=-0.02,
                        reference=0.11,
                    ),
                ),
                engine="tantivy",
                documents=3956,
                lag=2,
                processes=(
                    console.ProcessRow(
                        name=hostile, state="silent", since=letters.NOW, beat=letters.NOW
                    ),
                ),
            ),
        ),
        "error": (
            "console/error.html.j2",
            console.ErrorPage(
                layout=shell(),
                status=404,
                title=msg("error.404"),
                detail=hostile,
                remedy=msg("remedy.404"),
            ),
        ),
    }
