"""``/mentions/ID`` and, for letters, ``/m/ID``: one mention and all that was said of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from sqlalchemy import Connection

from alerts.messages.quotes import read
from console import responses
from console.layout import Names, names, shell
from console.responses import At
from console.search.entity_links import groups
from console.search.mention_cards import Cards
from console.serializers import mention_row
from core.mention import Emotion, Intent, Mention, State, Verdict
from core.timestamps import iso
from store import mentions
from store.alerts import incidents
from templates.contexts.search import Head, MentionPage, Reading
from templates.i18n import Phrase, phrase

router = APIRouter()
MOMENT: Final = timedelta(microseconds=1)
# What the heads of a model may say that the catalogue has words for.
_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "emotion": tuple(Emotion),
    "intent": tuple(Intent),
    "offence": ("clean", "offensive"),
}


@router.get("/mentions/{ident}.json")
@router.get("/m/{ident}.json")
def twin(desk: At, ident: str) -> Response:
    """The contract's ``mention``."""
    with desk.record.read() as tx:
        return responses.twin("mention", mention_row(_mention(tx, ident)), now=desk.now())


@router.get("/mentions/{ident}")
@router.get("/m/{ident}")
def page(desk: At, ident: str) -> Response:
    """The mention with its whole text."""
    now = desk.now()
    with desk.record.read() as tx:
        mention = _mention(tx, ident)
        called, around = names(tx), shell(tx, "", now=now)
        at = mention.published
        told = incidents.within(tx, since=at, until=at + MOMENT)
    context = MentionPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url=f"/mentions/{mention.id}.json",
        result=Cards(names=called, incidents=told).card(mention, whole=True),
        readings=tuple(_readings(mention, called)),
        named=tuple(groups(mention)),
        facts=tuple(_facts(mention)),
    )
    return responses.page("mention", context)


def _mention(tx: Connection, ident: str) -> Mention:
    """The mention called *ident*; HTTP 404 without one, 410 where its author took it back."""
    found = mentions.get(tx, [ident])
    if not found:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if found[0].state is State.DELETED:
        raise HTTPException(HTTPStatus.GONE)
    return found[0]


def _readings(mention: Mention, called: Names) -> Iterator[Reading]:
    for verdict in mention.verdicts:
        if verdict.text_sha256 == mention.text_sha256:
            yield Reading(
                model=verdict.model,
                watch=called.watch(verdict.watch) if verdict.watch else "",
                tone=str(verdict.sentiment or "unscored"),
                probabilities=tuple(verdict.probabilities.items()),
                heads=tuple(_heads(verdict)),
                read=read(verdict, mention.text),
            )


def _heads(verdict: Verdict) -> Iterator[Head]:
    """The classes of each further head, the likeliest first."""
    for name, classes in _CLASSES.items():
        read = verdict.heads.get(name, {})
        known = sorted((c for c in classes if c in read), key=read.__getitem__, reverse=True)
        if known:
            said = tuple((phrase(f"{name}.{c}"), read[c]) for c in known)
            yield Head(label=phrase(f"head.{name}"), probabilities=said)


def _facts(mention: Mention) -> Iterator[tuple[Phrase, str]]:
    yield phrase("mention.id"), mention.id
    yield phrase("mention.uri"), mention.uri
    yield phrase("mention.first_seen"), _stamp(mention.first_seen)
    yield phrase("mention.last_seen"), _stamp(mention.last_seen)
    yield phrase("mention.revision"), str(mention.revision)


def _stamp(at: datetime) -> str:
    return iso(at.replace(microsecond=0)) or ""
