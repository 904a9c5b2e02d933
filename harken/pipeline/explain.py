"""Explain step: find the words behind the sentiment of one mention that a page asks about.

A worker runs it before each batch. A killed step leaves a request that nobody starts a second time.

1. Claim the oldest request.
2. Score the text without some of its words, about sixty times, as the analyse step scores.
3. Store positions and changes of the words that moved the score, or the kind of the failure.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.analysis import AnalysisResult, Explanation, PendingMention
from core.errors import ConfigError
from core.mention import Mention, MentionState
from harken.clock import Clock
from harken.pipeline.scoring import open_scorer
from store import mentions
from store.analysis import explanations
from store.analysis.explanations import ExplanationRequest
from store.database import Database

if TYPE_CHECKING:
    from nlp.model import Model


def _ignore() -> None:
    """Do nothing between two batches."""


def explain_next(
    database: Database, model: "Model", clock: Clock, on_batch: Callable[[], None] = _ignore
) -> bool:
    """Answer the oldest request of a page. Return False if none waits.

    *on_batch* is called before each batch of texts: a sign of life on a slow machine.
    """
    now = clock.now()
    with database.read() as tx:  # most calls end here, without the lock of a writer
        if not explanations.is_any_open(tx, now=now):
            return False
    with database.write() as tx:
        request = explanations.claim(tx, now=now)
    if request is not None:
        _answer(database, model, request, clock, on_batch)
    return request is not None


def explain_mention(
    database: Database,
    model: "Model",
    request: ExplanationRequest,
    on_batch: Callable[[], None] = _ignore,
) -> tuple[Mention, Explanation]:
    """Return the mention of *request* and the words that moved its sentiment.

    Raises:
        ConfigError: it is not stored or was deleted, or does not match the watch.
        PermanentError: its text cannot be processed.
        TransientError: the model is broken.
    """
    from nlp.explanation.explain import explain
    from nlp.topic_classifier import TopicClassifier

    mention = find_mention(database, request)
    pending = PendingMention(
        id=mention.id,
        text=mention.text,
        text_sha256=mention.text_sha256,
        claimed_language=mention.language,
        watches=mention.watches,
    )
    classifier = TopicClassifier([], model.encode)
    scorer = open_scorer(database, model, classifier, [pending.id])

    def score(batch: Sequence[PendingMention]) -> list[AnalysisResult]:
        on_batch()
        return scorer.score(batch)

    terms = scorer.match_terms(pending.text, pending.watches)
    return mention, explain(pending, request.watch, model.name, score, terms)


def find_mention(database: Database, request: ExplanationRequest) -> Mention:
    """Return the mention of *request*.

    Raises:
        ConfigError: it is not stored or was deleted, or does not match the watch.
    """
    with database.read() as tx:
        rows = mentions.get(tx, [request.mention])
    if not rows:
        raise ConfigError(
            f"{request.mention!r} is not the id of a stored mention. `harken search --json` "
            "prints ids of 32 hex digits."
        )
    if rows[0].state is MentionState.DELETED:
        raise ConfigError(f"{request.mention}: its author deleted it, so it has no text.")
    if request.watch not in (None, *rows[0].watches):
        raise ConfigError(
            f"--watch: {request.watch!r} does not match this mention. It matches "
            f"{', '.join(rows[0].watches) or 'no watch'}."
        )
    return rows[0]


def _answer(
    database: Database,
    model: "Model",
    request: ExplanationRequest,
    clock: Clock,
    on_batch: Callable[[], None],
) -> None:
    try:
        _, explanation = explain_mention(database, model, request, on_batch)
    except Exception as error:  # noqa: BLE001 - a page's question never ends a worker
        problem = type(error).__name__  # the message might quote the text
        with database.write() as tx:
            explanations.fail(tx, request, problem, now=clock.now())
        return
    with database.write() as tx:
        explanations.answer(tx, request, explanation, now=clock.now())
