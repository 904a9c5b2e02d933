"""``/mentions/ID/why`` and ``/m/ID/why``: the words that moved the sentiment of a mention.

The console has no model. The first load of the page stores a request, which an analyse worker
answers; the page loads itself again until the answer is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from console import responses
from console.context import AppContext
from console.layout import LINKS, build_layout, load_display_names
from console.pages.mention import find_mention, why_url
from console.responses import AppContextDep
from console.search.mention_cards import CardBuilder, highlighted_parts
from console.serializers import explanation_row
from core.analysis import Explanation, WordEffect
from core.mention import Mention
from store.analysis import explanations
from store.analysis.explanations import ExplanationRequest, StoredExplanation
from templates.contexts.why import MovingWord, WhyPage
from templates.i18n import Message, msg

router = APIRouter()
RELOAD_S: Final = 2  # a worker answers within one batch
# A slug of the mention's watches; without it the score of the whole text.
WatchParam = Annotated[str | None, Query(max_length=200)]
# True: ask a second time after a failure.
AgainParam = Annotated[bool, Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A mention, the watch of the request, and the state of the request."""

    mention: Mention
    watch: str | None
    stored: StoredExplanation


@router.get("/mentions/{ident}/why.json")
@router.get("/m/{ident}/why.json")
def page_json(
    app_context: AppContextDep, ident: str, *, watch: WatchParam = None, again: AgainParam = False
) -> Response:
    """Return the state of the explanation, and the ``explanation`` of docs/json.md once ready."""
    answer = _ask(app_context, ident, watch, again=again)
    explanation = answer.stored.explanation
    row = explanation and explanation_row(explanation, answer.mention.text)
    keys = {"mention": answer.mention.id, "state": answer.stored.state, "explanation": row}
    return responses.json_response("why", keys, now=app_context.now())


@router.get("/mentions/{ident}/why")
@router.get("/m/{ident}/why")
def page(
    app_context: AppContextDep, ident: str, *, watch: WatchParam = None, again: AgainParam = False
) -> Response:
    """Return the mention with the words that moved its score; while it waits, with a reload."""
    answer = _ask(app_context, ident, watch, again=again)
    response = responses.html_response("why", _context(app_context, answer))
    if answer.stored.state == "waiting":
        response.headers["Refresh"] = str(RELOAD_S)
    return response


def _ask(app_context: AppContext, ident: str, watch: str | None, *, again: bool) -> _Answer:
    """Return the stored explanation; store a request if there is none, or *again* a failed one."""
    now = app_context.now()
    with app_context.database.read() as tx:
        mention = find_mention(tx, ident)
        request = ExplanationRequest(mention=mention.id, watch=watch or None)
        stored = explanations.current(tx, request, mention.text_sha256, now=now)
    if request.watch not in (None, *mention.watches):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if mention.sentiment_for(request.watch) is None:
        stored = StoredExplanation(state="unscored")
    elif stored is None or (again and stored.state == "failed"):
        with app_context.database.write() as tx:
            is_new = explanations.add(tx, request, mention.text_sha256, now=now)
        stored = StoredExplanation(state="waiting" if is_new else "busy")
    return _Answer(mention=mention, watch=request.watch, stored=stored)


def _context(app_context: AppContext, answer: _Answer) -> WhyPage:
    with app_context.database.read() as tx:
        names = load_display_names(tx)
        layout = build_layout(tx, "", now=app_context.now(), names=names)
    mention, explanation = answer.mention, answer.stored.explanation
    words = explanation.words if explanation else ()
    spans = sorted((word.start, word.end) for word in words)
    card = CardBuilder(names=names, watch=answer.watch).build(mention, is_whole=True)
    url = why_url(mention.id, answer.watch)
    return WhyPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url=url.replace("/why", "/why.json", 1),
        result=replace(card, text_parts=tuple(highlighted_parts(mention.text, spans))),
        watch=names.watch(answer.watch) if answer.watch else "",
        state=answer.stored.state,
        notes=tuple(_notes(answer.stored)),
        words=tuple(
            MovingWord(
                text=mention.text[word.start : word.end],
                effect=_effect(word),
                change=word.change,
            )
            for word in words
        ),
        again_url=f"{url}{'&' if answer.watch else '?'}again=1",
        mention_url=LINKS.mention(mention.id),
        model=explanation.model if explanation else "",
    )


def _notes(stored: StoredExplanation) -> Iterator[Message]:
    """Yield the sentences under the text."""
    if stored.explanation is None:
        yield msg(f"why.{stored.state}")
    else:
        yield from _score_notes(stored.explanation)


def _score_notes(explanation: Explanation) -> Iterator[Message]:
    if explanation.polarity is None:
        yield msg("why.unscored")
        return
    yield msg("why.score", value=explanation.polarity)
    if explanation.rule:
        yield msg("why.rule", rule=explanation.rule)
    if explanation.words:
        rest = explanation.polarity - explanation.joint_change
        yield msg("why.without", value=rest)
    else:
        yield msg("why.none")


def _effect(word: WordEffect) -> str:
    """Return the key of the sentence on *word*: of what it changes without the other words."""
    if word.counts_only_with_others:
        return "together"
    return "negative" if word.change < 0 else "positive"
