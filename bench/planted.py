"""Planted histories of sources for the detection of silences: ``python -m bench.planted SEED``.

Each of 60 sources has a known rate of posts by the hour. Its posts are drawn (Poisson), its pages
are crawled, and the posts that a crawl lists for the first time go to the detector of the product.
Seven kinds: busy, two posts a week, quiet nights, bank holidays with a third of the posts, slow
decline, dead (nothing is posted any more) and emptied (people post, but the site lists nothing, or
the same old posts for ever). A seed gives the same histories on every machine.

The shortest possible time of a silence is the time after which the true rate expects ten posts.
Hours in which the source hardly posts (under 5 % of its mean rate: its nights) prove nothing, and
are left out of both times. The bounds: every dead and emptied source is found within twice the
shortest time, and a kind has at most one false silence a source and year. Exit status 1 if one is
exceeded.

The constants of ``alerts/silence`` were chosen on the seeds 7 to 9 and 21 to 23.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from alerts.silence.detector import Crawl, SilenceDetector

START: Final = datetime(2025, 1, 1, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
YEAR: Final = 365 * 24  # hours
EXPECTED: Final = 10  # posts
MAX_DELAY: Final = 2.0  # shortest possible times
MAX_FALSE: Final = 1.0  # false silences a source and year
LIVE_SHARE: Final = 0.05  # of the mean rate; below it an hour proves nothing
QUIET_DAYS: Final = 10  # bank holidays a year, besides the days between Christmas and New Year
PAGE: Final = 30  # posts that a site lists

Array = np.ndarray[Any, np.dtype[Any]]
Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class History:
    """A planted source."""

    rates: Array  # true posts an hour, by hour since START
    end: float  # hour of its death or emptying; infinite: it goes on
    is_emptied: bool  # from then on, though people still post
    interval: float  # hours between two crawls


@dataclass(frozen=True, slots=True)
class PlantedOutcome:
    """The silences that were found in a history."""

    false_a_year: float
    delay: float | None  # shortest possible times until the end was found; None: it goes on


def busy(random: Random, hours: int = YEAR) -> Array:
    """Return the rates of a source with 2 to 10 posts an hour, fewer at night and on weekends."""
    clock, day = np.arange(hours) % 24, np.arange(hours) // 24 % 7
    wave = 1 + 0.7 * np.sin((clock - random.uniform(7, 11)) / 24 * 2 * np.pi)
    weekend = np.where(day < 5, 1.0, random.uniform(0.4, 1.0))
    return random.uniform(2, 10) * wave * weekend


def two_a_week(_: Random, hours: int = 2 * YEAR) -> Array:
    """Return the rates of a source with two posts a week, at any hour."""
    return np.full(hours, 2 / 168)


def quiet_nights(random: Random, hours: int = YEAR) -> Array:
    """Return the rates of a source with 1 to 6 posts an hour, and none for 7 to 9 hours a day."""
    is_night = (np.arange(hours) - random.integers(24)) % 24 < random.integers(7, 10)
    return np.where(is_night, 0.0, random.uniform(1, 6))


def holidays(random: Random, hours: int = YEAR) -> Array:
    """Return the rates of a busy source with a third of them on bank holidays."""
    days = np.arange(hours) // 24
    is_quiet = np.isin(days, random.choice(hours // 24, QUIET_DAYS, replace=False))
    return busy(random, hours) * np.where(is_quiet | (days % 365 >= 358), 1 / 3, 1.0)


def slow_decline(random: Random, hours: int = YEAR) -> Array:
    """Return the rates of a busy source that lose two thirds to seven eighths in a year."""
    return busy(random, hours) * random.uniform(3, 8) ** -(np.arange(hours) / YEAR)


Shape = Callable[[Random], Array]
LIVING: Final[dict[str, tuple[Shape, int]]] = {
    "busy": (busy, 9),
    "two a week": (two_a_week, 9),
    "quiet nights": (quiet_nights, 8),
    "holidays": (holidays, 8),
    "slow decline": (slow_decline, 8),
}
ENDING: Final = (busy, two_a_week, quiet_nights)  # shapes of the dead and of the emptied
ENDINGS: Final = 9  # sources of either kind


def histories(random: Random) -> Iterator[tuple[str, History]]:
    """Yield the 60 histories with their kinds."""
    for kind, (shape, count) in LIVING.items():
        for _ in range(count):
            yield kind, _history(shape, random)
    for kind in ("dead", "emptied"):
        for number in range(ENDINGS):
            shape = ENDING[number % len(ENDING)]
            yield kind, _history(shape, random, is_ending=True, is_emptied=kind == "emptied")


def _history(
    shape: Shape, random: Random, *, is_ending: bool = False, is_emptied: bool = False
) -> History:
    rates = shape(random)
    end = random.uniform(0.2, 0.6) * len(rates) if is_ending else np.inf
    interval = 1.0 if shape is two_a_week else 0.25
    return History(rates, end, is_emptied, interval)


def pages(history: History, random: Random) -> Iterator[tuple[float, range]]:
    """Yield the hour of each crawl and the numbers of the posts that its page lists."""
    counts = random.poisson(history.rates)
    hours = np.repeat(np.arange(len(counts)), counts) + random.random(counts.sum())
    posted = np.sort(hours if history.is_emptied else hours[hours < history.end])
    lists_nothing = random.random() < 0.5
    crawls = np.arange(history.interval, len(counts), history.interval)
    newest = np.searchsorted(posted, crawls)
    last = int(np.searchsorted(posted, history.end))
    for hour, count in zip(crawls, newest, strict=True):
        if history.is_emptied and hour > history.end:
            yield hour, range(0) if lists_nothing else range(max(last - PAGE, 0), last)
        else:
            yield hour, range(max(count - PAGE, 0), count)


def outcome(history: History, random: Random) -> PlantedOutcome:
    """Return the silences that the detector finds in *history*."""
    detector, seen, false = SilenceDetector(START), 0, 0
    for hour, page in pages(history, random):
        arrivals = sum(number >= seen for number in page)
        seen = max(seen, page.stop)
        change = detector.add(Crawl(START + hour * HOUR, arrivals, is_covered=True))
        if change is not None and change.is_silent:
            false += hour <= history.end
        if hour > history.end and detector.silent_since is not None:
            return PlantedOutcome(false * YEAR / history.end, _delay(history, hour))
    hours = min(len(history.rates), history.end)
    return PlantedOutcome(false * YEAR / hours, None if history.end == np.inf else np.inf)


def _delay(history: History, hour: float) -> float:
    """Return the time until *hour* since the end of *history*, in shortest possible times."""
    rates = history.rates
    posts = np.concatenate([[0.0], np.cumsum(rates)])
    live = np.concatenate([[0.0], np.cumsum(rates > LIVE_SHARE * rates.mean())])
    hours = np.arange(len(posts))
    due = np.interp(np.interp(history.end, hours, posts) + EXPECTED, posts, hours)
    start, shortest, actual = np.interp([history.end, due, hour], hours, live)
    return float((actual - start) / (shortest - start))


def main(seed: int) -> int:
    """Print a row for each kind of history; return 1 if a bound is exceeded."""
    random = np.random.default_rng(seed)
    outcomes: dict[str, list[PlantedOutcome]] = {}
    for kind, history in histories(random):
        outcomes.setdefault(kind, []).append(outcome(history, random))
    print(f"{'kind':14}{'sources':>8}{'found':>8}{'delay / shortest':>18}{'false a year':>14}")
    for kind, rows in outcomes.items():
        print(_row(kind, rows))
    return int(not all(_is_within_bounds(rows) for rows in outcomes.values()))


def _row(kind: str, rows: list[PlantedOutcome]) -> str:
    delays = [row.delay for row in rows if row.delay is not None]
    found = f"{sum(delay < np.inf for delay in delays)}/{len(delays)}" if delays else "-"
    times = f"{np.median(delays):.2f}, max {max(delays):.2f}" if delays else "-"
    verdict = "" if _is_within_bounds(rows) else "  exceeds a bound"
    return f"{kind:14}{len(rows):8}{found:>8}{times:>18}{_false_a_year(rows):14.2f}{verdict}"


def _is_within_bounds(rows: list[PlantedOutcome]) -> bool:
    is_found = all(row.delay is None or row.delay <= MAX_DELAY for row in rows)
    return is_found and _false_a_year(rows) <= MAX_FALSE


def _false_a_year(rows: list[PlantedOutcome]) -> float:
    return sum(row.false_a_year for row in rows) / len(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seed", type=int, help="of the histories")
    sys.exit(main(parser.parse_args().seed))
