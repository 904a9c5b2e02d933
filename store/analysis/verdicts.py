"""Results of the analyse step: verdicts and vectors, saved in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from core.analysis import AnalysisResult
from core.mention import AnalysisState, Verdict
from store.analysis.queue import end_leases
from store.changes import append_changes
from store.database import upsert
from store.entities import write_entities
from store.mentions import lock
from store.tables import mentions, vectors, verdicts

_SCORE_COLUMNS: Final = (
    *("sentiment", "probabilities", "polarity", "topics", "heads", "role"),
    *("read_share", "prior", "rule", "orders_left_out"),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def save_results(tx: Connection, results: Sequence[AnalysisResult], *, now: datetime) -> int:
    """Write verdicts, vectors and new change numbers; return the number of finished mentions.

    A result for a text that was edited meanwhile keeps its verdict, but the mention stays pending.
    A result for a mention that was erased meanwhile is dropped. So is the result of a slow worker
    when another one finished the mention before: the verdict of the present model stands.
    """
    ids = [result.id for result in results]
    locked_rows, leased_ids = lock(tx, ids), end_leases(tx, ids)
    new_results, current_results = _new_results(results, locked_rows, leased_ids)
    insert_verdicts(tx, new_results, now)
    _insert_vectors(tx, new_results)
    _write_states(tx, current_results.values())
    write_entities(tx, current_results.values())
    append_changes(tx, current_results)
    return len(current_results)


def insert_verdicts(tx: Connection, results: Sequence[AnalysisResult], at: datetime) -> None:
    """Write the verdicts of *results* with time *at*.

    They replace verdicts of the same model on the same text.
    """
    rows = [_verdict_row(r.id, verdict, at) for r in results for verdict in r.verdicts]
    if rows:
        insert = upsert(tx, verdicts)
        columns = (*_SCORE_COLUMNS, "at")
        tx.execute(
            insert.on_conflict_do_update(
                index_elements=["mention", "watch", "model", "text_sha256"],
                set_={name: insert.excluded[name] for name in columns},
            ),
            rows,
        )


def with_null_verdicts(tx: Connection, results: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """Add a null verdict wherever exactly one of the old and new model produced none.

    Those of the old model are written, those of the new one are in the returned results. So both
    can be compared. Without it the verdict of the old model would stand where the new one
    has none, and a text that only the new one can score would look like news.
    """
    previous_models = _current_models(tx, results)
    models_by_id = _models_by_mention(tx, previous_models)
    null_results = [
        _null_result(result, previous_models[result.id])
        for result in results
        if result.verdicts
        and result.id in previous_models
        and previous_models[result.id] not in models_by_id[result.id]
    ]
    insert_verdicts(tx, null_results, _EPOCH)
    return [
        result
        if result.verdicts or not models_by_id[result.id]
        else _null_result(result, result.model)
        for result in results
    ]


def _new_results(
    results: Sequence[AnalysisResult],
    locked_rows: Mapping[str, Row[Any]],
    leased_ids: Collection[str],
) -> tuple[list[AnalysisResult], dict[str, AnalysisResult]]:
    """Return the results to write, in the order of ids, and by id those on the present texts."""
    existing = sorted((r for r in results if r.id in locked_rows), key=attrgetter("id"))
    current_ids = {r.id for r in existing if locked_rows[r.id].text_sha256 == r.text_sha256}
    pending_ids = {i for i, row in locked_rows.items() if row.analysis == AnalysisState.PENDING}
    # An analysed mention with a lease is being rescored; see store.analysis.rescoring.
    open_ids = pending_ids.union(leased_ids)
    new_results = [r for r in existing if r.id in open_ids or r.id not in current_ids]
    return new_results, {r.id: r for r in new_results if r.id in current_ids}


def _verdict_row(mention: str, verdict: Verdict, at: datetime) -> dict[str, Any]:
    return {
        "mention": mention,
        "watch": verdict.watch or "",
        "model": verdict.model,
        "text_sha256": verdict.text_sha256,
        "sentiment": verdict.sentiment,
        "probabilities": dict(verdict.probabilities),
        "polarity": verdict.polarity,
        "topics": list(verdict.topics),
        "heads": {head: dict(probabilities) for head, probabilities in verdict.heads.items()},
        "role": verdict.role,
        "read_share": verdict.read_share,
        "prior": dict(verdict.prior),
        "rule": verdict.rule,
        "orders_left_out": verdict.orders_left_out,
        "at": at,
    }


def _current_models(tx: Connection, results: Iterable[AnalysisResult]) -> dict[str, str]:
    """Return the model whose verdict stands on each present text, by id; lock the mentions."""
    hashes = {result.id: result.text_sha256 for result in results}
    current_ids = [i for i, row in lock(tx, hashes).items() if row.text_sha256 == hashes[i]]
    query = select(mentions.c.id, mentions.c.model).where(mentions.c.id.in_(current_ids))
    return {row.id: row.model for row in tx.execute(query) if row.model is not None}


def _models_by_mention(tx: Connection, ids: Iterable[str]) -> dict[str, set[str]]:
    """Return the models with a verdict on the whole of the present texts, by id."""
    condition = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch == "")
    query = select(mentions.c.id, verdicts.c.model).join(
        verdicts, condition & (verdicts.c.text_sha256 == mentions.c.text_sha256)
    )
    models_by_id: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(query.where(mentions.c.id.in_(list(ids)))):
        models_by_id[row.id].add(row.model)
    return models_by_id


def _null_result(result: AnalysisResult, model: str) -> AnalysisResult:
    """Return *result* with one null verdict of *model* as its only verdict."""
    null_verdict = Verdict(
        watch=None,
        sentiment=None,
        probabilities={},
        polarity=None,
        topics=(),
        model=model,
        text_sha256=result.text_sha256,
    )
    return replace(result, verdicts=(null_verdict,))


def _write_states(tx: Connection, results: Iterable[AnalysisResult]) -> None:
    names = ("analysis", "reason", "language", "model")
    rows = [
        {"key": result.id, **{name: getattr(result, name) for name in names}} for result in results
    ]
    if rows:
        tx.execute(update(mentions).where(mentions.c.id == bindparam("key")), rows)


def _insert_vectors(tx: Connection, results: Sequence[AnalysisResult]) -> None:
    rows = [
        {
            "mention": result.id,
            "text_sha256": result.text_sha256,
            "encoder_sha256": result.encoder_sha256,
            "vector": result.vector,
        }
        for result in results
        if result.vector is not None
    ]
    if rows:
        tx.execute(upsert(tx, vectors).on_conflict_do_nothing(), rows)
