"""H1: what a crawl heard on one page goes into the record in one short transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from core.crawl import CrawledPage, CrawledPost, DroppedPost
from store.changes import announce
from store.crawl import rows
from store.crawl.deletions import revive
from store.mentions import lock
from store.tables import runs, sources

UNMATCHED: Final = "unmatched"  # why a post that no watch wants is dropped

_COUNTS: Final = ("fetched", "known", "edited", "new")
_RUN: Final = runs.c.id == bindparam("of_run")
_SOURCE: Final = sources.c.slug == bindparam("of_source")
_BEFORE: Final = (
    select(runs.c.dropped, sources.c.validators, sources.c.cursor)
    .join_from(runs, sources)
    .where(_RUN, _SOURCE)
)
_COUNTED: Final = (
    update(runs).where(_RUN).values({n: runs.c[n] + bindparam(f"more_{n}") for n in _COUNTS})
)
_ADVANCED: Final = update(sources).where(_SOURCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the posts of a page ended: fetched = known + edited + new + the sum of dropped."""

    fetched: int
    known: int
    edited: int
    new: int
    dropped: Mapping[str, int]


def record_page(tx: Connection, page: CrawledPage, *, now: datetime) -> Tally:
    """Write one page, its tally and the source's cursor; written twice, the mentions stay the same.

    Mentions go in ordered by id, then all else table by table, and the change numbers last, so
    that two writers cannot dead-lock. A mention that stands on the page twice counts once, and as
    known for the rest.

    Raises:
        NoResultFound: the record does not know the run or the source.
    """
    known = rows.known(tx, page.posts)
    heard, dropped = _part(page, known)
    ids = [h.id for h in heard]
    new = rows.insert_mentions(tx, [h for h in heard if h.id not in known], now)
    before = lock(tx, set(ids) - new)
    edited = [h for h in heard if h.id in before and before[h.id].text_sha256 != h.text_sha256]
    revived = revive(tx, before.values())
    revision = {h.id: before[h.id].revision + 1 for h in edited}
    rows.edit_mentions(tx, edited, revision, now)
    told = [h for h in heard if h.id in new] + edited
    rows.insert_revisions(tx, told, revision, now)
    rows.insert_origins(tx, told, now)
    rematched = rows.match(tx, heard, new)
    resighted = rows.sight(tx, page.source, ids, new, now)
    rows.insert_skipped(tx, page.source, dropped, now)
    tally = _tally(page, dropped, edited=len(edited), new=len(new))
    _account(tx, page, tally)
    announce(tx, new | revision.keys() | revived | rematched | resighted)
    return tally


def _part(page: CrawledPage, known: Collection[str]) -> tuple[list[CrawledPost], list[DroppedPost]]:
    """What is written, each id once, in the order of ids; and what nobody wants.

    Of a post that no watch wants the text is kept only where an older one is known: nobody shall
    go on reading words that their author took back.
    """
    kept = {h.id: h for h in page.posts if h.matches or h.id in known}
    lost = [DroppedPost(id=h.id, reason=UNMATCHED) for h in page.posts if h.id not in kept]
    return [kept[i] for i in sorted(kept)], [*page.dropped, *lost]


def _tally(page: CrawledPage, dropped: Sequence[DroppedPost], *, edited: int, new: int) -> Tally:
    fetched = len(page.posts) + len(page.dropped)
    return Tally(
        fetched=fetched,
        known=fetched - len(dropped) - edited - new,
        edited=edited,
        new=new,
        dropped=Counter(d.reason for d in dropped),
    )


def _account(tx: Connection, page: CrawledPage, tally: Tally) -> None:
    """Add *tally* to the run; move the source's cursor and validators."""
    place = {"of_run": page.run, "of_source": page.source}
    before = tx.execute(_BEFORE, place).one()
    dropped = dict(Counter(before.dropped) + Counter(tally.dropped))
    counts = {f"more_{name}": getattr(tally, name) for name in _COUNTS}
    tx.execute(_COUNTED, {**place, **counts, "dropped": dropped})
    validators = {**before.validators, **page.validators}
    cursor = dict(before.cursor if page.cursor is None else page.cursor)
    tx.execute(_ADVANCED, {**place, "validators": validators, "cursor": cursor})
