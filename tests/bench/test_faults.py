"""`make faults`: losses, duplicates and repeats of a killed run, and the processes it kills."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.faults import VICTIMS, _command, _kill, _minute
from bench.remains import ROUNDING, KillFigures, Remains, compare

WHOLE = Remains(
    mentions={"/a": ("h1", 1, ("acme",), "scored"), "/b": ("h2", 1, ("acme",), "unscored")},
    polarity={"/a": -0.5, "/b": None},
    indexed_uris=frozenset({"/a", "/b"}),
    incidents=Counter({"acme": 1}),
    emails=Counter({("<inc-1.r1@h>", "brief"): 1, ("<digest.lead.1@h>", "digest"): 1}),
    watch_by_message_prefix={"<inc-1@": "acme"},
)


def compare_with(**fields):
    tally = KillFigures()
    compare(WHOLE, replace(WHOLE, **fields), tally, seed=7)
    return tally


def without(mapping, *keys):
    return {key: value for key, value in mapping.items() if key not in keys}


# ---- comparison


def test_equal_results_have_no_loss():
    tally = compare_with()
    assert (tally.losses, tally.duplicates, tally.repeats) == (0, 0, 0)
    assert [(row["row"], row["ok"]) for row in tally.rows] == [("seed 7", True)]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"mentions": without(WHOLE.mentions, "/a")}, "lost"),
        ({"mentions": WHOLE.mentions | {"/a": ("h1", 2, ("acme",), "scored")}}, "lost"),
        ({"mentions": WHOLE.mentions | {"/a": ("h1", 1, (), "scored")}}, "lost"),
        ({"mentions": WHOLE.mentions | {"/a": ("h1", 1, ("acme",), "pending")}}, "lost"),
        ({"polarity": {"/a": 0.5, "/b": None}}, "lost"),
        ({"polarity": {"/a": None, "/b": None}}, "lost"),
        ({"polarity": {"/a": -0.5, "/b": 0.0}}, "lost"),
        ({"indexed_uris": frozenset({"/a"})}, "unindexed"),
        ({"incidents": Counter()}, "missing"),
        ({"emails": Counter({("<inc-1.r1@h>", "brief"): 1})}, "silent"),
    ],
)
def test_result_missing_in_the_killed_run_is_a_loss(fields, kind):
    tally = compare_with(**fields)
    assert (tally.losses, tally.duplicates) == (1, 0)
    (row,) = tally.rows
    assert row["ok"] is False
    assert [name for name, value in row["seen"].items() if value] == [kind]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"mentions": WHOLE.mentions | {"/c": ("h3", 1, (), "scored")}}, "strange"),
        ({"incidents": Counter({"acme": 2})}, "surplus"),
        ({"incidents": Counter({"acme": 1, "rival": 1})}, "surplus"),
        ({"emails": WHOLE.emails + Counter({("<digest.lead.2@h>", "digest"): 1})}, "unasked"),
    ],
)
def test_result_of_the_killed_run_alone_is_a_duplicate(fields, kind):
    tally = compare_with(**fields)
    assert (tally.losses, tally.duplicates) == (0, 1)
    assert [name for name, value in tally.rows[0]["seen"].items() if value] == [kind]


def test_same_message_twice_is_a_repeat():
    """After a kill inside the SMTP call the mail program shows one email."""
    tally = compare_with(emails=WHOLE.emails + Counter({("<inc-1.r1@h>", "brief"): 2}))
    assert (tally.losses, tally.duplicates, tally.repeats) == (0, 0, 2)
    assert tally.rows[0]["ok"]


def test_email_about_a_later_revision_is_no_loss():
    """After a kill at another moment the first email may be about a later revision."""
    emails = Counter({("<inc-1.r2@h>", "brief"): 1, ("<digest.lead.1@h>", "digest"): 1})
    assert compare_with(emails=emails).losses == 0


def test_incident_may_have_another_id():
    """After a kill at another moment the first incident may be a notice."""
    emails = Counter({("<inc-2.r1@h>", "brief"): 1, ("<digest.lead.1@h>", "digest"): 1})
    assert compare_with(emails=emails, watch_by_message_prefix={"<inc-2@": "acme"}).losses == 0
    assert compare_with(emails=emails, watch_by_message_prefix={"<inc-2@": "rival"}).losses == 1


def test_score_may_differ_by_rounding_only():
    assert compare_with(polarity={"/a": -0.5 + ROUNDING * 0.9, "/b": None}).losses == 0
    assert compare_with(polarity={"/a": -0.5 - ROUNDING * 1.1, "/b": None}).losses == 1


def test_losses_of_runs_add_up():
    tally = KillFigures()
    for seed in range(3):
        compare(WHOLE, replace(WHOLE, incidents=Counter()), tally, seed)
    assert (tally.losses, len(tally.rows)) == (3, 3)


def test_runs_start_in_the_same_second_of_their_minute():
    at = datetime(2026, 3, 2, 12, 59, 59, 999_999, tzinfo=UTC)
    assert (
        _minute(at) == _minute(at.replace(second=0)) == datetime(2026, 3, 2, 12, 59, 5, tzinfo=UTC)
    )


# ---- killed processes

PARENT = """
import subprocess, sys, time
sleep = "import time; time.sleep(600)"
for name in ("analyse", "index"):
    subprocess.Popen([sys.executable, "-c", sleep, "harken", name, "--follow"])
print("up", flush=True)
time.sleep(600)
"""


def is_running(pid):
    """Return True if the process still runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def run_with_children():
    """Yield a parent with two children, as `harken run` has them, and their pids by name."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    listing = subprocess.run(["pgrep", "-P", str(parent.pid)], capture_output=True, check=True)
    pids = {"parent": parent.pid}
    for child in map(int, listing.stdout.split()):
        pids["analyse" if " analyse " in _command(child) else "index"] = child
    yield parent, pids
    for pid in pids.values():
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
    parent.wait(30)
    parent.stdout.close()


@pytest.mark.parametrize(
    ("victim", "dead"),
    [
        ("all", {"parent", "analyse", "index"}),
        ("parent", {"parent"}),
        ("analyse", {"analyse"}),
        ("index", {"index"}),
        ("crawl", set()),
    ],
)
@pytest.mark.slow
def test_only_the_victim_is_killed(run_with_children, victim, dead):
    parent, pids = run_with_children
    _kill(SimpleNamespace(run_process=parent), victim)
    if "parent" in dead:
        parent.wait(30)
    for name in dead - {"parent"}:
        while is_running(pids[name]):
            os.sched_yield()
    assert {name for name, pid in pids.items() if not is_running(pid)} == dead


def test_victims_are_all_processes_of_a_run():
    assert set(VICTIMS) == {"all", "parent", "analyse", "index", "crawl"}


def test_ended_process_has_no_command():
    assert _command(2**22 + 1) == ""
