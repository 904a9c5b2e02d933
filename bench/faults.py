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

from bench.report import machine, print_progress, write_figures
from core.incident import IncidentKind
from demo.run import wait_until_ready
from demo.session import DemoOptions, DemoSession, start_demo, start_run, wait_for
from harken.clock import Clock
from store import mentions
from store.alerts import incidents
from store.database import Database

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
    indexed_uris: frozenset[str]  # uris
    incidents: Counter[str]  # crises by watch
    letters: Counter[tuple[str, str]]  # Message-ID and kind
    watch_by_message_prefix: Mapping[
        str, str
    ]  # how the Message-IDs on a crisis begin, and its watch


@dataclass
class KillFigures:
    """The figures of `out/faults.json`."""

    kills: int = 0
    losses: int = 0
    duplicates: int = 0
    repeats: int = 0
    restarts_s: list[float] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def main() -> None:
    """Kill as often as asked; write the figures; exit 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--per-run", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = run_kills(options.kills, options.per_run, options.seed)
    write_figures("faults", figures)
    raise SystemExit(bool(figures["lost"] or figures["doubled"]))


def run_kills(kills: int, per_run: int, seed: int) -> dict[str, Any]:
    """The figures after *kills* kills, *per_run* of them to a corpus."""
    figures = KillFigures()
    chance = random.Random(seed)
    while figures.kills < kills:
        corpus_seed = seed + figures.kills // per_run
        at = _minute(Clock().now())  # one corpus for both: it is made by the minute
        with _open_session(corpus_seed, at) as reference:
            wait_until_ready(reference)
            before = _remains(reference)
        with _open_session(corpus_seed, at) as victim:
            _kill_repeatedly(victim, chance, min(per_run, kills - figures.kills), figures)
            wait_until_ready(victim)
            _compare(before, _remains(victim), figures, corpus_seed)
        print_progress(
            f"{figures.kills} kills, {figures.losses} lost, {figures.duplicates} doubled"
        )
    return {
        "machine": machine(),
        "kills": figures.kills,
        "lost": figures.losses,
        "doubled": figures.duplicates,
        "repeated": figures.repeats,
        "manual_steps": 0,
        "restart_s_median": median(figures.restarts_s),
        "rows": figures.rows,
    }


@contextlib.contextmanager
def _open_session(seed: int, at: datetime) -> Iterator[DemoSession]:
    folder = Path(tempfile.mkdtemp(prefix="harken-faults-"))
    session = start_demo(DemoOptions(folder=folder, seed=seed), Clock.starting_at(at))
    try:
        yield session
    finally:
        session.close()
        shutil.rmtree(folder, ignore_errors=True)


def _minute(at: datetime) -> datetime:
    """Five seconds into the minute of *at*."""
    return at.replace(second=5, microsecond=0)


def _kill_repeatedly(
    session: DemoSession, chance: random.Random, kills: int, figures: KillFigures
) -> None:
    for _ in range(kills):
        time.sleep(chance.uniform(EARLIEST_S, LATEST_S))
        victim = chance.choice(VICTIMS)
        _kill(session, victim)
        figures.kills += 1
        if session.run_process.poll() is not None or victim in ("all", "parent"):
            session.run_process.wait(30)
            began = time.monotonic()
            session.run_process = start_run(
                session.settings_path, session.clock, session.options.folder / "run.log"
            )
            wait_for("the restart", lambda: True if session.get("/healthz")[0] == OK else None, 60)
            figures.restarts_s.append(time.monotonic() - began)


def _kill(session: DemoSession, victim: str) -> None:
    """SIGKILL to the parent alone, to everybody at once, or to one kind of child."""
    children = _family(session.run_process.pid)
    if victim == "all":
        pids = [session.run_process.pid, *children]
    elif victim == "parent":
        pids = [session.run_process.pid]
    else:
        pids = [pid for pid in children if f" {victim} " in _command(pid)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    output = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(child) for child in output.split()]


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def _remains(session: DemoSession) -> Remains:
    database = Database(f"sqlite:///{session.options.folder / 'state' / 'record.db'}")
    with database.read() as tx:
        past_mentions = [m for m in mentions.all_mentions(tx) if m.published <= session.started_at]
        crises = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)
    uris = {
        m.id: m.uri.replace(session.site_url, "") for m in past_mentions
    }  # the site's port differs
    return Remains(
        mentions={uris[m.id]: _key_fields(m) for m in past_mentions},
        polarity={uris[m.id]: _polarity(m) for m in past_mentions},
        indexed_uris=frozenset(uris[i] for i in _indexed_uris(session) if i in uris),
        incidents=Counter(i.watch for i in crises),
        letters=Counter((a.message_id, a.kind) for a in session.smtp_sink.mails),
        watch_by_message_prefix={f"<inc-{i.id}@": i.watch for i in crises},
    )


def _key_fields(mention: Any) -> tuple[Any, ...]:
    return (mention.text_sha256, mention.revision, mention.watches, mention.analysis)


def _polarity(mention: Any) -> float | None:
    return mention.verdict.polarity if mention.verdict else None


def _differs(first: float | None, second: float | None) -> bool:
    """Whether two polarities of one text differ by more than the company in its batch can do."""
    return (first is None) != (second is None) or abs((first or 0) - (second or 0)) > ROUNDING


def _indexed_uris(session: DemoSession) -> Sequence[str]:
    from indexer.engines.tantivy.index import TantivyIndex

    with TantivyIndex(session.options.folder / "state" / "index", writer=False) as index:
        index.setup()
        return list(index.ids())


def _compare(reference: Remains, remains: Remains, figures: KillFigures, seed: int) -> None:
    lost_uris = [
        u for u, essence in reference.mentions.items() if remains.mentions.get(u) != essence
    ]
    lost_uris += [u for u, p in reference.polarity.items() if _differs(p, remains.polarity.get(u))]
    extra_uris = [u for u in remains.mentions if u not in reference.mentions]
    missing_in_index = set(reference.mentions) - remains.indexed_uris
    missing = reference.incidents - remains.incidents
    surplus = remains.incidents - reference.incidents
    missing_subjects = sorted(_subjects(reference) - _subjects(remains))
    extra_digests = _digests(remains) - _digests(
        reference
    )  # briefs may tell an incident in other steps
    figures.losses += (
        len(lost_uris) + len(missing_in_index) + missing.total() + len(missing_subjects)
    )
    figures.duplicates += len(extra_uris) + surplus.total() + len(extra_digests)
    figures.repeats += sum(n - 1 for n in remains.letters.values())
    differences = {
        "lost": lost_uris[:5],
        "strange": extra_uris[:5],
        "unindexed": len(missing_in_index),
        "missing": dict(missing),
        "surplus": dict(surplus),
        "silent": missing_subjects,
        "unasked": sorted(extra_digests),
    }
    ok = not any(differences.values())
    if not ok:
        print_progress(f"seed {seed}: {differences}")
    demand = "record, index and inbox as in an unkilled run"
    figures.rows.append({"row": f"seed {seed}", "demand": demand, "seen": differences, "ok": ok})


def _subjects(remains: Remains) -> set[str]:
    """What the letters are about: each digest, and the watches whose crises were told of.

    All revisions of a crisis are one matter. Its number is chance: a notice may come before it.
    """
    return {
        _subject(message_id, remains.watch_by_message_prefix) for message_id, _ in remains.letters
    }


def _subject(message_id: str, about: Mapping[str, str]) -> str:
    thread = _REVISION.sub("@", message_id)
    return about.get(thread.partition("@")[0] + "@", thread)


def _digests(remains: Remains) -> set[str]:
    return {message_id for message_id, kind in remains.letters if kind == "digest"}


if __name__ == "__main__":
    main()
