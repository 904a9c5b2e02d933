"""H1: what a crawl heard on one page goes into the record in one short transaction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from core.mention import Post
from store import page_rows
from store.changes import announce
from store.mentions import lock
from store.tables import runs, sources


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
    A mention that stands on the page twice counts once, and as known for the rest.

    Raises:
        NoResultFound: the record does not know the run or the source.
    """
    heard = sorted({h.id: h for h in page.heard}.values(), key=lambda h: h.id)
    page_rows.insert_origins(tx, heard, now)
    new = page_rows.insert_mentions(tx, heard, now)
    before = lock(tx, (h.id for h in heard if h.id not in new))
    edited = [h for h in heard if h.id in before and before[h.id].text_sha256 != h.text_sha256]
    page_rows.edit_mentions(tx, edited, {h.id: before[h.id].revision for h in edited}, now)
    rematched = page_rows.match(tx, heard, edited)
    resighted = page_rows.insert_sightings(tx, page.source, heard, now)
    page_rows.insert_skipped(tx, page.source, page.dropped, now)
    tally = Tally(
        fetched=len(page.heard) + len(page.dropped),
        known=len(page.heard) - len(new) - len(edited),
        edited=len(edited),
        new=len(new),
        dropped=Counter(d.reason for d in page.dropped),
    )
    _add_to_run(tx, page.run, tally)
    _advance_source(tx, page)
    announce(tx, new | {h.id for h in edited} | rematched | resighted)
    return tally


def _add_to_run(tx: Connection, run: str, tally: Tally) -> None:
    counts = {n: runs.c[n] + getattr(tally, n) for n in ("fetched", "known", "edited", "new")}
    before = tx.execute(select(runs.c.dropped).where(runs.c.id == run)).scalar_one()
    dropped = dict(Counter(before) + Counter(tally.dropped))
    tx.execute(update(runs).where(runs.c.id == run).values(dropped=dropped, **counts))


def _advance_source(tx: Connection, page: HeardPage) -> None:
    query = select(sources.c.validators).where(sources.c.slug == page.source)
    validators = tx.execute(query).scalar_one()
    values: dict[str, object] = {"validators": {**validators, **page.validators}}
    if page.cursor is not None:
        values["cursor"] = dict(page.cursor)
    tx.execute(update(sources).where(sources.c.slug == page.source).values(**values))
