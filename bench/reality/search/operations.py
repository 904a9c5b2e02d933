"""Acts of operators and backups on an index: its answers must stay right, or it must complain."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from bench.reality.product import ProductError, call
from bench.reality.results import CaseResult
from bench.reality.search.documents import NOON, identity, upsert
from bench.reality.search.elastic_site import OperatedIndex
from indexer.change import ChangeResult
from indexer.engines.tantivy.index import TantivyIndex
from indexer.query import parse

KIND: Final = "operations"
DAY_S: Final = 86_400
OLD: Final = NOON - 90 * DAY_S
NEXT: Final = NOON + 40 * DAY_S  # in a month that has no index yet

Verdict = tuple[bool, str]


def count() -> int:
    """Return the number of cases."""
    return len(_ON_ELASTICSEARCH) + 1


def play(work: Path, url: str | None, reason: str) -> Iterator[CaseResult]:
    """Yield the result of each case; *work* is a folder for the embedded index.

    Those on the server at *url* are skipped for *reason* where *url* is None.
    """
    for name, case in _ON_ELASTICSEARCH.items():
        if url is None:
            yield CaseResult(KIND, f"{KIND}-{name}", None, reason)
        else:
            yield _result(name, partial(_on_site, url, name, case))
    yield _result("restored-record-tantivy", partial(_restored_record_tantivy, work))


def _result(name: str, case: Callable[[], Verdict]) -> CaseResult:
    try:
        is_right, answer = case()
    except ProductError as error:
        is_right, answer = False, str(error)
    return CaseResult(KIND, f"{KIND}-{name}", is_right, answer)


def _on_site(url: str, name: str, case: Callable[[OperatedIndex], Verdict]) -> Verdict:
    with OperatedIndex(url, f"{KIND}-{name}") as site:
        return case(site)


def _catch_all_template(site: OperatedIndex) -> Verdict:
    """Set up beside a template of higher priority, which most shared clusters have."""
    templates = site.client.indices
    settings = {"settings": {"number_of_replicas": 0}}
    templates.put_index_template(
        name="catch-all", index_patterns=[f"{KIND}-*"], priority=100, template=settings
    )
    try:
        site.attempt(site.index.setup)
        fates = site.apply(upsert(1, "a", "acme brake", source="A feed"))
        hits = site.count("acme"), site.count('source:"A feed"')
        is_right = hits == (1, 1) or bool(site.errors)
        health = site.attempt(site.index.health)
    finally:
        templates.delete_index_template(name="catch-all")
    return is_right, f"{_text(fates)}; hits by word and source {hits}; {health}; {site.errors}"


def _lost_template(site: OperatedIndex) -> Verdict:
    """Delete the templates, as a restore without them does, before a new month begins."""
    call(site.index.setup)
    site.apply(upsert(1, "a", "acme"))
    site.delete_templates()
    late = upsert(2, "b", "acme", second=NEXT)
    fates, hits = site.apply(late), site.count("acme")
    complaints = len(site.errors)
    site.attempt(site.index.setup)
    again, hits_again = site.apply(late), site.count("acme")
    is_right = (hits == 2 or bool(site.errors)) and hits_again == 2
    first = f"{_text(fates)}, {hits} of 2 found, {complaints} errors"
    second = f"after setup and replay {_text(again)}, {hits_again} of 2 found"
    return is_right, f"{first}; {second}; {site.errors}"


def _no_more_shards(site: OperatedIndex) -> Verdict:
    """Apply changes while a limit of the cluster forbids new indices."""
    call(site.index.setup)
    limit = "cluster.max_shards_per_node"
    site.client.cluster.put_settings(persistent={limit: 1})
    try:
        fates = site.apply(upsert(1, "a", "acme"), upsert(2, "b", "acme", second=OLD))
    finally:
        site.client.cluster.put_settings(persistent={limit: None})
    return ChangeResult.REJECTED not in fates, f"{_text(fates)}; {site.errors}"


def _closed_month(site: OperatedIndex) -> Verdict:
    """Search and edit while the index of one month is closed."""
    call(site.index.setup)
    site.apply(upsert(1, "a", "acme"), upsert(2, "b", "acme", second=OLD))
    site.client.indices.close(index=site.index_of(identity("b")))
    hits = site.count("acme")
    is_search_right = hits == 2 or bool(site.errors)
    fates = site.apply(upsert(3, "b", "acme edited", second=OLD))
    is_right = is_search_right and ChangeResult.REJECTED not in fates
    return is_right, f"{hits} of 2 found; edit {_text(fates)}; {site.errors}"


def _restored_record(site: OperatedIndex) -> Verdict:
    """Go on with lower change numbers, as a record from a backup does."""
    call(site.index.setup)
    site.apply(upsert(1400, "a", "as of today"))
    fates = site.apply(upsert(1001, "a", "after the restore"))
    hits = site.count("restore")
    return hits == 1 or bool(site.errors), f"{_text(fates)}; {hits} of 1 found; {site.errors}"


def _restored_record_tantivy(work: Path) -> Verdict:
    """Do the same with the embedded engine."""
    with TantivyIndex(work, writer=True) as index:
        call(index.setup)
        call(index.apply, [upsert(1400, "a", "as of today")])
        outcomes = call(index.apply, [upsert(1001, "a", "after the restore")])
        call(index.refresh)
        hits = call(index.count, parse("restore"))
    return hits == 1, f"{_text([outcome.result for outcome in outcomes])}; {hits} of 1 found"


def _text(fates: list[ChangeResult]) -> str:
    return "fates " + (", ".join(fates) or "none")


_ON_ELASTICSEARCH: Final[Mapping[str, Callable[[OperatedIndex], Verdict]]] = {
    "catch-all-template": _catch_all_template,
    "lost-template": _lost_template,
    "no-more-shards": _no_more_shards,
    "closed-month": _closed_month,
    "restored-record": _restored_record,
}
