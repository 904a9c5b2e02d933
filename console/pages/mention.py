"""``/mentions/ID`` and, for emails, ``/m/ID``: one mention with its verdicts and entities."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from sqlalchemy import Connection

from alerts.messages.quotes import read_share_message
from alerts.messages.role_sentences import author_message
from console import responses
from console.layout import LINKS, DisplayNames, build_layout, load_display_names
from console.responses import AppContextDep
from console.search.entity_links import entity_groups
from console.search.mention_cards import CardBuilder
from console.serializers import mention_row
from core.mention import AnalysisState, Emotion, Intent, Mention, MentionState, Verdict
from core.role import Role
from core.timestamps import format_utc
from store import mentions
from store.alerts import incidents
from templates.contexts.search import EngagementRow, HeadScores, MentionPage, VerdictDetails
from templates.i18n import Message, msg

router = APIRouter()
MAX_ENGAGEMENT_ROWS: Final = 20
_COUNT_NAMES: Final = ("likes", "replies", "reposts")
ONE_MICROSECOND: Final = timedelta(microseconds=1)
_UNSCORED_REASONS: Final = frozenset({"language", "empty", "orders_only"})  # with a sentence
# Classes of a model's heads that have a name in the message catalogue.
_HEAD_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "emotion": tuple(Emotion),
    "intent": tuple(Intent),
    "offence": ("clean", "offensive"),
    "irony": ("literal", "irony"),
    "role": tuple(Role),
}


@router.get("/mentions/{ident}.json")
@router.get("/m/{ident}.json")
def page_json(app_context: AppContextDep, ident: str) -> Response:
    """Return the ``mention`` of docs/json.md."""
    with app_context.database.read() as tx:
        return responses.json_response(
            "mention", mention_row(find_mention(tx, ident)), now=app_context.now()
        )


@router.get("/mentions/{ident}")
@router.get("/m/{ident}")
def page(app_context: AppContextDep, ident: str) -> Response:
    """Return the page of the mention with its whole text."""
    now = app_context.now()
    with app_context.database.read() as tx:
        mention = find_mention(tx, ident)
        display_names = load_display_names(tx)
        layout = build_layout(tx, "", now=now, names=display_names)
        at = mention.sorted_at  # no incident has an undated mention
        overlapping = incidents.overlapping(tx, since=at, until=at + ONE_MICROSECOND)
    context = MentionPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url=f"/mentions/{mention.id}.json",
        result=CardBuilder(names=display_names, incidents=overlapping).build(
            mention, is_whole=True
        ),
        verdicts=tuple(_verdict_details(mention, display_names)),
        author=author_message(mention),
        unscored_note=_unscored_note(mention),
        entity_groups=tuple(entity_groups(mention)),
        facts=tuple(_facts(mention)),
        engagement=tuple(_engagement_rows(mention)),
    )
    return responses.html_response("mention", context)


def find_mention(tx: Connection, mention_id: str) -> Mention:
    """Return the mention *mention_id*; HTTP 404 if there is none, 410 if its author deleted it."""
    rows = mentions.get(tx, [mention_id])
    if not rows:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if rows[0].state is MentionState.DELETED:
        raise HTTPException(HTTPStatus.GONE)
    return rows[0]


def why_url(mention_id: str, watch: str | None = None) -> str:
    """Return the address of the explanation of a score, towards *watch* or of the whole text."""
    query = f"?{urlencode({'watch': watch})}" if watch else ""
    return f"{LINKS.mention(mention_id)}/why{query}"


def _verdict_details(mention: Mention, display_names: DisplayNames) -> Iterator[VerdictDetails]:
    for verdict in mention.verdicts:
        if verdict.text_sha256 == mention.text_sha256:
            yield VerdictDetails(
                model=verdict.model,
                watch=display_names.watch(verdict.watch) if verdict.watch else "",
                tone=str(verdict.sentiment or "unscored"),
                probabilities=tuple(verdict.probabilities.items()),
                heads=tuple(_heads(verdict)),
                read_note=read_share_message(verdict, mention.text),
                rule_notes=tuple(_rule_notes(verdict)),
                why_url=_why_link(mention, verdict),
            )


def _rule_notes(verdict: Verdict) -> Iterator[Message]:
    if verdict.rule == "rating":
        yield msg("mention.rating")
    if verdict.orders_left_out:
        yield msg("mention.orders")
    if verdict.prior:
        yield msg("mention.prior", **verdict.prior)


def _unscored_note(mention: Mention) -> Message | None:
    """Return why *mention* is unscored, as far as the reader can do something with it."""
    kind, _, language = (mention.reason or "").partition(":")
    if mention.analysis is not AnalysisState.UNSCORED or kind not in _UNSCORED_REASONS:
        return None
    return msg(f"mention.unread_{kind}", languages=(language,))


def _why_link(mention: Mention, verdict: Verdict) -> str:
    """Return the address of the explanation of *verdict*; empty if a newer one stands."""
    is_newest = verdict == mention.verdict_for(verdict.watch) and verdict.sentiment is not None
    return why_url(mention.id, verdict.watch) if is_newest else ""


def _heads(verdict: Verdict) -> Iterator[HeadScores]:
    """Yield the scores of each further head, most probable class first."""
    for name, classes in _HEAD_CLASSES.items():
        scores = verdict.heads.get(name, {})
        labels = sorted((c for c in classes if c in scores), key=scores.__getitem__, reverse=True)
        if labels:
            probabilities = tuple((msg(f"{name}.{c}"), scores[c]) for c in labels)
            yield HeadScores(label=msg(f"head.{name}"), probabilities=probabilities)


def _facts(mention: Mention) -> Iterator[tuple[Message, str]]:
    yield msg("mention.id"), mention.id
    yield msg("mention.uri"), mention.uri
    yield msg("mention.first_seen"), _stamp(mention.first_seen)
    yield msg("mention.last_seen"), _stamp(mention.last_seen)
    yield msg("mention.revision"), str(mention.revision)


def _engagement_rows(mention: Mention) -> Iterator[EngagementRow]:
    """Yield the newest counts that have a name in the message catalogue, newest first."""
    for engagement in reversed(mention.engagement[-MAX_ENGAGEMENT_ROWS:]):
        counts = engagement.counts
        named = tuple((msg(f"engagement.{n}"), counts[n]) for n in _COUNT_NAMES if n in counts)
        yield EngagementRow(at=_stamp(engagement.at), counts=named)


def _stamp(at: datetime) -> str:
    return format_utc(at.replace(microsecond=0)) or ""
