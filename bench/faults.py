"""`make faults`: SIGKILL at seeded moments, then a restart; it must be as if nobody was killed.

A stage (replay site and SMTP inbox) outlives the kills; `harken run` is what dies, several times
with one corpus. At the end record, index and inbox are compared with those of an unkilled run.
"""

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.report import machine, say, write
from core.incident import Kind
from demo.run import until_ready
from demo.session import Plan, Play, begin, start_run, wait_for
from harken.clock import Clock
from store import mentions
from store.alerts import incidents
from store.database import Record

VICTIMS: Final = ("all", "all", "parent", "analyse", "index", "crawl")
EARLIEST_S, LATEST_S = 0.3, 9.0  # after a start: from the first import to the last letter
OK: Final = 200
_REVISION: Final = re.compile(r"\.r\d+@")
ROUNDING: Final = 0.1  # bf16: a text padded to another length comes out a little different


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What a run left behind, as far as it must not depend on kills."""

    mentions: Mapping[str, tuple[Any, ...]]  # by uri, published before the start
    polarity: Mapping[str, float | None]  # likewise
    indexed: frozenset[str]  # uris
    incidents: Counter[str]  # crises by watch
    letters: Counter[tuple[str, str]]  # Message-ID and kind
    about: Mapping[str, str]  # how the Message-IDs on a crisis begin, and its watch


@dataclass
class Tally:
    """The figures of `out/faults.json`."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    restarts_s: list[float] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def main() -> None:
    """Kill as often as asked; write the figures; exit 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--per-run", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = torture(options.kills, options.per_run, options.seed)
    write("faults", figures)
    raise SystemExit(bool(figures["lost"] or figures["doubled"]))


def torture(kills: int, per_run: int, seed: int) -> dict[str, Any]:
    """The figures after *kills* kills, *per_run* of them to a corpus."""
    tally = Tally()
    chance = random.Random(seed)
    while tally.kills < kills:
        number = seed + tally.kills // per_run
        at = _minute(Clock().now())  # one corpus for both: it is made by the minute
        with _stage(number, at) as whole:
            until_ready(whole)
            before = _remains(whole)
        with _stage(number, at) as hurt:
            _hurt(hurt, chance, min(per_run, kills - tally.kills), tally)
            until_ready(hurt)
            _compare(before, _remains(hurt), tally, number)
        say(f"{tally.kills} kills, {tally.lost} lost, {tally.doubled} doubled")
    return {
        "machine": machine(),
        "kills": tally.kills,
        "lost": tally.lost,
        "doubled": tally.doubled,
        "repeated": tally.repeated,
        "manual_steps": 0,
        "restart_s_median": median(tally.restarts_s),
        "rows": tally.rows,
    }


@contextlib.contextmanager
def _stage(seed: int, at: datetime) -> Iterator[Play]:
    folder = Path(tempfile.mkdtemp(prefix="harken-faults-"))
    play = begin(Plan(folder=folder, seed=seed), Clock.starting(at))
    try:
        yield play
    finally:
        play.close()
        shutil.rmtree(folder, ignore_errors=True)


def _minute(at: datetime) -> datetime:
    """Five seconds into the minute of *at*."""
    return at.replace(second=5, microsecond=0)


def _hurt(play: Play, chance: random.Random, kills: int, tally: Tally) -> None:
    for _ in range(kills):
        time.sleep(chance.uniform(EARLIEST_S, LATEST_S))
        victim = chance.choice(VICTIMS)
        _kill(play, victim)
        tally.kills += 1
        if play.run.poll() is not None or victim in ("all", "parent"):
            play.run.wait(30)
            began = time.monotonic()
            play.run = start_run(play.settings, play.clock, play.plan.folder / "run.log")
            wait_for("the restart", lambda: True if play.get("/healthz")[0] == OK else None, 60)
            tally.restarts_s.append(time.monotonic() - began)


def _kill(play: Play, victim: str) -> None:
    """SIGKILL to the parent alone, to everybody at once, or to one kind of child."""
    family = _family(play.run.pid)
    if victim == "all":
        doomed = [play.run.pid, *family]
    elif victim == "parent":
        doomed = [play.run.pid]
    else:
        doomed = [pid for pid in family if f" {victim} " in _command(pid)]
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    said = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(child) for child in said.split()]


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def _remains(play: Play) -> Remains:
    record = Record(f"sqlite:///{play.plan.folder / 'state' / 'record.db'}")
    with record.read() as tx:
        known = [m for m in mentions.everything(tx) if m.published <= play.started]
        crises = incidents.everything(tx, kind=Kind.CRISIS)
    uris = {m.id: m.uri.replace(play.site_url, "") for m in known}  # the site's port differs
    return Remains(
        mentions={uris[m.id]: _essence(m) for m in known},
        polarity={uris[m.id]: _polarity(m) for m in known},
        indexed=frozenset(uris[i] for i in _indexed(play) if i in uris),
        incidents=Counter(i.watch for i in crises),
        letters=Counter((a.message_id, a.kind) for a in play.inbox.arrivals),
        about={f"<inc-{i.id}@": i.watch for i in crises},
    )


def _essence(mention: Any) -> tuple[Any, ...]:
    return (mention.text_sha256, mention.revision, mention.watches, mention.analysis)


def _polarity(mention: Any) -> float | None:
    return mention.verdict.polarity if mention.verdict else None


def _is_rejudged(one: float | None, other: float | None) -> bool:
    """Whether two polarities of one text differ by more than the company in its batch can do."""
    return (one is None) != (other is None) or abs((one or 0) - (other or 0)) > ROUNDING


def _indexed(play: Play) -> Sequence[str]:
    from indexer.engines.tantivy.index import TantivyIndex

    with TantivyIndex(play.plan.folder / "state" / "index", writer=False) as index:
        index.setup()
        return list(index.ids())


def _compare(whole: Remains, hurt: Remains, tally: Tally, seed: int) -> None:
    lost = [u for u, essence in whole.mentions.items() if hurt.mentions.get(u) != essence]
    lost += [u for u, p in whole.polarity.items() if _is_rejudged(p, hurt.polarity.get(u))]
    strange = [u for u in hurt.mentions if u not in whole.mentions]
    unindexed = set(whole.mentions) - hurt.indexed
    missing = whole.incidents - hurt.incidents
    surplus = hurt.incidents - whole.incidents
    silent = sorted(_matters(whole) - _matters(hurt))
    unasked = _digests(hurt) - _digests(whole)  # briefs may tell an incident in other steps
    tally.lost += len(lost) + len(unindexed) + missing.total() + len(silent)
    tally.doubled += len(strange) + surplus.total() + len(unasked)
    tally.repeated += sum(n - 1 for n in hurt.letters.values())
    seen = {
        "lost": lost[:5],
        "strange": strange[:5],
        "unindexed": len(unindexed),
        "missing": dict(missing),
        "surplus": dict(surplus),
        "silent": silent,
        "unasked": sorted(unasked),
    }
    ok = not any(seen.values())
    if not ok:
        say(f"seed {seed}: {seen}")
    demand = "record, index and inbox as in an unkilled run"
    tally.rows.append({"row": f"seed {seed}", "demand": demand, "seen": seen, "ok": ok})


def _matters(remains: Remains) -> set[str]:
    """What the letters are about: each digest, and the watches whose crises were told of.

    All revisions of a crisis are one matter. Its number is chance: a notice may come before it.
    """
    return {_matter(message_id, remains.about) for message_id, _ in remains.letters}


def _matter(message_id: str, about: Mapping[str, str]) -> str:
    thread = _REVISION.sub("@", message_id)
    return about.get(thread.partition("@")[0] + "@", thread)


def _digests(remains: Remains) -> set[str]:
    return {message_id for message_id, kind in remains.letters if kind == "digest"}


if __name__ == "__main__":
    main()
