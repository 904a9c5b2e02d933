"""Queries with texts that they must and must not find, on every engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.reality.product import ProductError, call
from bench.reality.results import CaseResult
from bench.reality.search.documents import identity, upsert
from bench.reality.search.rows import load_rows
from core.errors import QueryError
from indexer.index import MentionIndex
from indexer.query import Query, parse

RIGHT: Final = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryCase:
    """One query.

    Attributes:
        id: unique in the file.
        kind: the rule that it belongs to.
        query: the text as a person types it.
        fits: the texts that it must find.
        misfits: the texts that it must not find.
        may_refuse: whether a QueryError is as good.
    """

    id: str
    kind: str
    query: str
    fits: Sequence[str]
    misfits: Sequence[str]
    may_refuse: bool

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield a name, unique among all cases, and the text of each mention."""
        for side, texts in (("fits", self.fits), ("not", self.misfits)):
            yield from ((f"{self.id} {side} {n}", text) for n, text in enumerate(texts))


def load_cases(path: Path) -> list[QueryCase]:
    """Return the cases in the file at *path*.

    Raises:
        ValueError: a line is not JSON.
        KeyError: a row lacks a field.
    """
    return [
        QueryCase(
            id=row["id"],
            kind=row["kind"],
            query=row["query"],
            fits=tuple(row["fits"]),
            misfits=tuple(row["not"]),
            may_refuse=row["or_refuse"],
        )
        for row in load_rows(path)
    ]


def play(
    cases: Sequence[QueryCase], engines: Mapping[str, MentionIndex], note: str
) -> Iterator[CaseResult]:
    """Yield the result of each case: right if it is so on all *engines*, by name.

    The engines are set up and hold nothing. *note* ends the answer in every result.
    """
    for case in cases:
        try:
            is_right, answer = _judge(case, engines)
        except ProductError as error:
            is_right, answer = False, str(error)
        yield CaseResult(case.kind, case.id, is_right, f"{answer} ({note})")


def compare(case: QueryCase, ids: set[str]) -> str:
    """Return RIGHT, or the texts by which *ids*, as an engine finds them, are wrong."""
    hits = {name for name, _ in case.texts() if identity(name) in ids}
    absent = [t for n, t in enumerate(case.fits) if f"{case.id} fits {n}" not in hits]
    surplus = [t for n, t in enumerate(case.misfits) if f"{case.id} not {n}" in hits]
    parts = [f"not found: {absent}"] if absent else []
    parts += [f"found: {surplus}"] if surplus else []
    return "; ".join(parts) or RIGHT


def merge(answers: Mapping[str, str]) -> str:
    """Return the answer of all engines if it is one, else that of each; *answers* is by engine."""
    if len(set(answers.values())) == 1:
        return next(iter(answers.values()))
    return "engines differ: " + "; ".join(f"{name}: {answer}" for name, answer in answers.items())


def _judge(case: QueryCase, engines: Mapping[str, MentionIndex]) -> tuple[bool, str]:
    query = _parse(case.query)
    if isinstance(query, QueryError):
        return case.may_refuse, f"refused: {query}; hint {query.hint!r}"
    answers = {name: _search(case, query, index) for name, index in engines.items()}
    return set(answers.values()) == {RIGHT}, merge(answers)


def _parse(text: str) -> Query | QueryError:
    try:
        return call(parse, text)
    except ProductError as error:
        if isinstance(error.__cause__, QueryError):
            return error.__cause__
        raise


def _search(case: QueryCase, query: Query, index: MentionIndex) -> str:
    try:
        changes = [upsert(1, name, text) for name, text in case.texts()]
        call(index.apply, changes)
        call(index.refresh)
        ids = call(lambda: set(index.ids(query)))
    except ProductError as error:
        return str(error)
    return compare(case, ids)
