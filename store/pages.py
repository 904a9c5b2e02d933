"""H1: what a crawl heard on one page goes into the record in one short transaction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from core.mention import Post
from store import page_rows
from store.changes import announce
from store.tables import mentions, runs, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A post that at least one watch wants."""

    id: str  # core.identity.mention_id(post.uri)
    post: Post
    text_sha256: str
    voice: str | None
    family: str | None  # exact-hash family of the normalised text
    matches: Mapping[str, str]  # watch slug -> revision of the watch that matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A post that nobody wants: its id and reason are kept, never its text."""

    id: str
    reason: str  # unmatched | too_old | no_text | …: a constant, lower_snake


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPage:
    """One fetched page of one source, judged."""

    source: str
    run: str
    heard: tuple[Heard, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    cursor: Mapping[str, object] | None = None  # new cursor of the source; None: leave it
    validators: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # url -> {"etag": …, "last_modified": …}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the posts of a page ended: fetched = known + edited + new + the sum of dropped."""

    fetched: int
    known: int
    edited: int
    new: int
    dropped: Mapping[str, int]


def record_page(tx: Connection, page: HeardPage, *, now: datetime) -> Tally:
    """Write one page, its tally and the source's cursor; written twice, the mentions stay the same.

    Rows go in ordered by id and the change numbers last, so that two writers cannot dead-lock.
    """
    heard = sorted(page.heard, key=lambda h: h.id)
    before = _text_hashes(tx, [h.id for h in heard])
    new = [h for h in heard if h.id not in before]
    edited = [h for h in heard if h.id in before and before[h.id] != h.text_sha256]
    page_rows.insert_origins(tx, heard, now)
    page_rows.insert_mentions(tx, new, now)
    page_rows.edit_mentions(tx, edited, now)
    page_rows.replace_matches(tx, new, edited)
    resighted = page_rows.insert_sightings(tx, page.source, heard, now)
    page_rows.insert_skipped(tx, page.source, page.dropped, now)
    tally = Tally(
        fetched=len(heard) + len(page.dropped),
        known=len(heard) - len(new) - len(edited),
        edited=len(edited),
        new=len(new),
        dropped=Counter(d.reason for d in page.dropped),
    )
    _add_to_run(tx, page.run, tally)
    _advance_source(tx, page)
    announce(tx, {h.id for h in (*new, *edited)} | resighted)
    return tally


def _text_hashes(tx: Connection, ids: list[str]) -> dict[str, str]:
    query = select(mentions.c.id, mentions.c.text_sha256).where(mentions.c.id.in_(ids))
    return {row.id: row.text_sha256 for row in tx.execute(query)}


def _add_to_run(tx: Connection, run: str, tally: Tally) -> None:
    counts = {n: runs.c[n] + getattr(tally, n) for n in ("fetched", "known", "edited", "new")}
    before = tx.execute(select(runs.c.dropped).where(runs.c.id == run)).scalar() or {}
    dropped = dict(Counter(before) + Counter(tally.dropped))
    tx.execute(update(runs).where(runs.c.id == run).values(dropped=dropped, **counts))


def _advance_source(tx: Connection, page: HeardPage) -> None:
    query = select(sources.c.validators).where(sources.c.slug == page.source)
    validators = {**(tx.execute(query).scalar() or {}), **page.validators}
    values: dict[str, object] = {"validators": validators}
    if page.cursor is not None:
        values["cursor"] = dict(page.cursor)
    tx.execute(update(sources).where(sources.c.slug == page.source).values(**values))
