"""The demos of the acceptance, and the result of one."""

import json
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.acceptance.demos import FAULTS, PARTS, ZONE, Demo, demo_result, moments, plan, run_to_end
from core.timestamps import parse_utc

REPORT = {"ok": True, "seconds": {"ready": 30.0, "total": 40.0}, "failures": []}


def test_plan_has_the_required_demos():
    demos = plan(list(PARTS))
    count = Counter(demo.part for demo in demos)
    assert count == {
        "plain": 20, "clocks": 13, "calm": 20, "elasticsearch": 5, "faults": 4, "live": 1,
    }  # fmt: skip
    assert {demo.seed for demo in demos if demo.part == "plain"} == set(range(1, 21))
    assert {demo.seed for demo in demos if demo.part == "clocks"} == set(range(21, 34))
    assert {demo.fault for demo in demos if demo.part == "faults"} == set(FAULTS)
    assert all(demo.calm == (demo.part == "calm") for demo in demos)


def test_names_of_demos_are_unique():
    names = [demo.name for demo in plan(list(PARTS))]
    assert len(names) == len(set(names))


def test_parts_and_seeds_filter_the_plan():
    assert {demo.part for demo in plan(["calm"])} == {"calm"}
    assert [demo.seed for demo in plan(["plain", "calm"], [3])] == [3, 3]
    assert plan(["plain"], [99]) == []


@pytest.mark.parametrize("n", [13, 20])
def test_times_cover_weekdays_and_both_clock_changes(n):
    local = [moment.astimezone(ZONE) for moment in moments(n)]
    assert {at.weekday() for at in local} == set(range(7))
    assert {date(2026, 10, 25), date(2027, 3, 28)} <= {at.date() for at in local}


@given(st.integers(8, 24))
def test_times_are_spread_evenly_over_the_day(n):
    """No two hours of the reader's clock are further apart than the day's equal part."""
    local = [moment.astimezone(ZONE) for moment in moments(n)]
    minutes = sorted(60 * at.hour + at.minute for at in local)
    gaps = [b - a for a, b in pairwise([*minutes, minutes[0] + 24 * 60])]
    assert max(gaps) <= 24 * 60 // n + 61  # an hour more where the clock skips one


def test_clocks_change_on_the_days_of_the_plan():
    for day in (date(2026, 10, 25), date(2027, 3, 28)):
        noon = parse_utc(f"{day}T12:00:00Z")
        before, after = (at.astimezone(ZONE).utcoffset() for at in (noon - timedelta(days=1), noon))
        assert before != after


def test_command_line_has_the_options_of_a_demo():
    assert Demo(part="plain", seed=3).options("tantivy") == ["--seed", "3", "--index", "tantivy"]
    wild = Demo(
        part="x", seed=4, calm=True, now=parse_utc("2026-10-25T01:30:00Z"), fault="smtp", live=600
    )
    assert wild.options("http://127.0.0.1:1")[3:] == [
        "http://127.0.0.1:1", "--calm", "--now", "2026-10-25T01:30:00Z",
        "--fault", "smtp", "--live", "600",
    ]  # fmt: skip


def test_demo_succeeds_only_if_report_and_exit_status_agree():
    good = json.dumps(REPORT)
    bad = json.dumps(REPORT | {"ok": False, "failures": ["recall is 0.9"]})
    assert demo_result(0, good, "")["ok"]
    assert not demo_result(1, good, "")["ok"]
    assert not demo_result(0, bad, "")["ok"]
    assert demo_result(1, bad, "")["failures"] == ["recall is 0.9"]


def test_demo_without_report_fails_with_its_last_line():
    result = demo_result(2, "", "starting\nharken.yaml:3:1: no such key\n")
    assert result == {
        "ok": False,
        "failures": ["exit 2 without a result: harken.yaml:3:1: no such key"],
    }


@pytest.mark.parametrize("code", [0, 1])
def test_report_of_a_process_is_its_result(code):
    program = f"import sys; print({json.dumps(REPORT)!r}); sys.exit({code})"
    assert run_to_end([sys.executable, "-c", program], 60)["ok"] == (code == 0)


def test_demo_over_its_time_limit_is_stopped_and_fails():
    result = run_to_end([sys.executable, "-c", "import time; time.sleep(600)"], 0.1)
    assert result == {"ok": False, "failures": ["not over after 0 s"]}
