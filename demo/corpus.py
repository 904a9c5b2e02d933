"""The corpus of the demo: four weeks of posts about an invented maker of e-bikes, by seed.

``generate`` creates it; ``write`` and ``read`` store it in a folder and load it. The same seed and
the same minute give the same corpus on every machine.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from core.role import Role
from demo import background, crises, stories
from demo.corpus_files import read, write
from demo.corpus_model import Corpus, CorpusWatch, Line, Onset
from demo.market import Draft, Market
from demo.rhythm import local_midnight
from demo.threads import parents

__all__ = [
    "BROKEN",
    "PRIVATE",
    "Corpus",
    "CorpusWatch",
    "Line",
    "Onset",
    "generate",
    "read",
    "write",
]

PRIVATE: Final = "private"  # the site that robots.txt forbids
BROKEN: Final = "broken"  # the site whose feed is garbage


def generate(seed: int, now: datetime, *, calm: bool = False, live: bool = False) -> Corpus:
    """Return the corpus of *seed* for a site that starts at *now*, cut to the minute.

    Args:
        seed: any integer.
        now: aware; offsets count from it.
        calm: leave out the product crisis and yesterday's story.
        live: add a second crisis, of a competitor, 20 s after the start.
    """
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    market = Market(rng=Random(f"{seed} {minute:%Y%m%d%H%M}"), now=minute)
    onsets = list(_onsets(market, calm=calm, live=live))
    drafts = sorted(_drafts(market, onsets, calm=calm), key=lambda draft: draft.at)
    return Corpus(
        lines=tuple(_lines(drafts, parents(drafts, market.rng), minute)),
        watches=tuple(
            CorpusWatch(slug=m.slug, kind=m.kind, query=m.query) for m in market.makers.values()
        ),
        incidents=tuple(onsets),
        notes=_notes(drafts, minute),
    )


def _onsets(market: Market, *, calm: bool, live: bool) -> Iterator[Onset]:
    if not calm:
        offset = crises.heat_onset(market) - market.now
        yield Onset(watch=crises.HEAT_WATCH, onset_s=round(offset.total_seconds()))
    if live:
        yield Onset(watch=crises.BILLING_WATCH, onset_s=crises.LIVE_ONSET_S)


def _drafts(market: Market, onsets: Iterable[Onset], *, calm: bool) -> Iterator[Draft]:
    yield from background.background_posts(market)
    yield from background.later_posts(market)
    for site in (PRIVATE, BROKEN):
        yield from background.unreadable_posts(market, site)
    for story in (stories.campaign, stories.spam, stories.sarcasm, stories.hostile):
        yield from story(market)
    yield from _bursts(market)
    if not calm:
        yield from stories.signin(market)
    for onset in onsets:
        if onset.watch == crises.HEAT_WATCH:
            yield from crises.heat(market, market.now + timedelta(seconds=onset.onset_s))
        else:
            yield from crises.billing(market)


def _bursts(market: Market) -> Iterator[Draft]:
    """Yield three bursts: one recent, two some days old, none yesterday.

    Yesterday is reserved for the smaller story, which must lead the digest.
    """
    bursts = [stories.joy, stories.reposts, stories.quarrel]
    market.rng.shuffle(bursts)
    ages = (0, market.rng.randrange(4, 11), market.rng.randrange(12, 25))
    for days, burst in zip(ages, bursts, strict=True):
        yield from burst(market, _burst_start(market, days))


def _burst_start(market: Market, days: int) -> datetime:
    midnight = local_midnight(market.now, days_ago=days)
    hour = timedelta(hours=1)
    if days:
        return midnight + hour * market.rng.uniform(9, 16)
    if market.now - midnight > 12 * hour:
        return midnight + hour * market.rng.uniform(6, 7)
    return local_midnight(market.now, days_ago=2) + 18 * hour  # over before yesterday begins


def _lines(
    drafts: Sequence[Draft], parent_numbers: Sequence[int | None], now: datetime
) -> Iterator[Line]:
    for draft, parent in zip(drafts, parent_numbers, strict=True):
        yield Line(
            site=draft.venue.site,
            kind=draft.venue.kind,
            author=draft.author,
            text=draft.text,
            language=draft.language,
            parent=parent,
            offset_s=_offset(draft, now),
            is_bot=draft.is_bot,
        )


def _notes(drafts: Sequence[Draft], now: datetime) -> dict[str, object]:
    """Return the further keys of truth.json: mood, watch, story, topic and role of each line."""
    offsets_by_story: dict[str, list[int]] = {}
    for draft in drafts:
        offsets_by_story.setdefault(draft.story, []).append(_offset(draft, now))
    return {
        "stories": [
            {"story": story, "from_s": min(at), "to_s": max(at), "posts": len(at)}
            for story, at in sorted(offsets_by_story.items())
        ],
        "moods": [draft.mood for draft in drafts],
        "about": [draft.watch for draft in drafts],
        "told_in": [draft.story for draft in drafts],
        "topics": [draft.thread for draft in drafts],
        "roles": [_role(draft) for draft in drafts],
    }


def _role(draft: Draft) -> Role:
    """Return the role of the author: programs advertise, and only Mastodon marks them."""
    if not draft.is_bot:
        return Role.CUSTOMER
    return Role.AUTOMATED if draft.venue.kind == "mastodon" else Role.ADVERT


def _offset(draft: Draft, now: datetime) -> int:
    return int((draft.at - now).total_seconds() // 1)
