"""`harken rebuild` on damaged indexes: afterwards the index must equal the record."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import tantivy

from bench.reality.product import ProductError, call
from bench.reality.results import CaseResult
from bench.reality.search.demo_state import HARKEN, StoppedInstallation
from bench.reality.search.documents import upsert
from core.mention import MentionState
from harken import wiring
from indexer.change import Upsert
from indexer.document import SCHEMA, Document, build_document
from indexer.engines.tantivy.documents import build_entry, build_schema, register_tokenizer
from indexer.engines.tantivy.index import WRITER_BYTES
from indexer.index import MentionIndex
from indexer.query import parse
from indexer.request import SearchRequest
from indexer.results import MAX_HITS
from store import changes, mentions

KIND: Final = "same"
AHEAD: Final = 10**6  # change numbers that no demo reaches
VICTIM: Final = 5  # place of the damaged mention among the newest
LIMIT_S: Final = 600


@dataclass(frozen=True, slots=True)
class Difference:
    """Numbers of mentions by which an index differs from its record.

    Attributes:
        wrong: mentions that it lacks or shows otherwise.
        surplus: mentions that it shows and the record does not.
    """

    wrong: int
    surplus: int

    def __str__(self) -> str:
        return f"{self.wrong} wrong, {self.surplus} surplus"


def count() -> int:
    """Return the number of cases."""
    return len(_DAMAGES)


def play(demo: StoppedInstallation, work: Path) -> Iterator[CaseResult]:
    """Yield the result of each case, played on a copy of *demo* in *work*."""
    for name, damage in _DAMAGES.items():
        try:
            is_right, answer = _rebuild(demo.copy(work / name), damage)
        except ProductError as error:
            is_right, answer = False, str(error)
        yield CaseResult(KIND, f"{KIND}-{name}", is_right, answer)


def compare(installation: StoppedInstallation) -> Difference:
    """Compare every document of the index with the one that the record gives.

    Raises:
        ProductError: one of them cannot be read.
    """
    settings = installation.settings
    with wiring.open_index(settings, writer=False) as index:
        call(index.setup)
        documents = {doc.id: doc for doc in _documents(index)}
    with closing(call(wiring.open_database, settings)) as record, record.read() as tx:
        rows = call(list, mentions.all_mentions(tx))
    right = {
        row.id: call(build_document, row) for row in rows if row.state is not MentionState.DELETED
    }
    return Difference(
        wrong=sum(documents.get(identity) != doc for identity, doc in right.items()),
        surplus=len(documents.keys() - right.keys()),
    )


def _rebuild(
    installation: StoppedInstallation, damage: Callable[[StoppedInstallation], None]
) -> tuple[bool, str]:
    damage(installation)
    before = compare(installation)
    message = _run_rebuild(installation)
    after = compare(installation)
    return after == Difference(0, 0), f"{before} before; {message!r}; {after} after"


def _run_rebuild(installation: StoppedInstallation) -> str:
    """Return the exit status and the end of the output."""
    command = [
        *HARKEN,
        "rebuild",
        "--config",
        str(installation.config),
        "--state",
        str(installation.state),
    ]
    try:
        process = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ProductError(f"rebuild is not over after {LIMIT_S} s") from error
    return f"exit {process.returncode}: {(process.stdout + process.stderr).strip()[-200:]}"


def _documents(index: MentionIndex) -> Iterator[Document]:
    after = None
    while True:
        request = SearchRequest(query=parse(""), size=MAX_HITS, page_token=after)
        page = call(index.search, request)
        yield from (hit.document for hit in page.hits)
        after = page.next_page_token
        if after is None:
            return


def _victim(installation: StoppedInstallation) -> Upsert:
    """Return the change that the index holds of the mention to damage."""
    settings = installation.settings
    with wiring.open_index(settings, writer=False) as index:
        call(index.setup)
        request = SearchRequest(query=parse(""), size=VICTIM + 1)
        doc = call(index.search, request).hits[VICTIM].document
    with closing(call(wiring.open_database, settings)) as record, record.read() as tx:
        numbers = {identity: number for number, identity in changes.read_after(tx, 0, AHEAD)}
    return Upsert(id=doc.id, number=numbers[doc.id], document=doc)


def _with_text(change: Upsert, text: str) -> Upsert:
    return replace(change, document=replace(change.document, words=text, text=text))


def _apply(installation: StoppedInstallation, change: Upsert) -> None:
    with wiring.open_index(installation.settings, writer=True) as index:
        call(index.setup)
        call(index.apply, [change])


def _add_ghost(installation: StoppedInstallation) -> None:
    """Add a mention that the record does not hold."""
    _apply(installation, upsert(AHEAD, "ghost", "nobody said this"))


def _change_words(installation: StoppedInstallation) -> None:
    """Exchange a text behind the product's back, as an older folding of words may have left it."""
    change = _with_text(_victim(installation), "quite other words")
    index = tantivy.Index(build_schema(), path=str(installation.state / "index" / f"v{SCHEMA}"))
    register_tokenizer(index)
    writer = index.writer(WRITER_BYTES, 1)
    writer.delete_documents_by_term("id", change.id)
    writer.add_document(build_entry(change))
    writer.commit()
    writer.wait_merging_threads()


def _raise_number(installation: StoppedInstallation) -> None:
    """Apply a change of a later day, as before the record came back from a backup."""
    change = _victim(installation)
    later = _with_text(change, "of a later day")
    _apply(installation, replace(later, number=change.number + AHEAD))


_DAMAGES: Final[Mapping[str, Callable[[StoppedInstallation], None]]] = {
    "ghost": _add_ghost,
    "other-words": _change_words,
    "higher-number": _raise_number,
}
