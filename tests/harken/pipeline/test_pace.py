"""harken.pipeline.pace: batches are cut by time. The clock is counted, not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harken.pipeline.pace import START_ITEMS, Pace, text_costs

TARGET_S = 3.0


class Machine:
    """Machine that takes *seconds_per_cost* for each unit of cost, on a clock of its own."""

    def __init__(self, seconds_per_cost, **options):
        self.seconds_per_cost = seconds_per_cost
        self.now = 0.0
        self.pace = Pace(256, seconds=lambda: self.now, target_s=TARGET_S, **options)

    def work(self, costs):
        """Process the next batch of *costs*; return its number of items and its seconds."""
        count = self.pace.cut(costs[: self.pace.limit])
        before = self.now
        with self.pace.timed(costs[:count]):
            self.now += self.seconds_per_cost * sum(costs[:count])
        return count, self.now - before


def run(machine, costs):
    """Process all of *costs*; return the (items, seconds) of each batch."""
    batches = []
    while costs:
        batches.append(machine.work(costs))
        costs = costs[batches[-1][0] :]
    return batches


def test_without_a_start_cost_the_first_batch_is_whole():
    assert Machine(0.001).work([300] * 256)[0] == 256


def test_fast_machine_reaches_whole_batches_in_a_few_steps():
    counts = [count for count, _ in run(Machine(1e-7, start_cost=2_000), [300] * 2_000)]
    assert counts[0] <= START_ITEMS
    assert max(counts[:5]) == 256


def test_long_texts_after_short_ones_make_one_slow_batch_at_most():
    """The rate is known from short ones: 250 posts of 30 kB are not one batch of a minute."""
    machine = Machine(1e-5, start_cost=2_000)
    run(machine, [300] * 1_000)
    batches = run(machine, [30_000] * 250)
    assert max(seconds for _, seconds in batches) <= TARGET_S * 1.01
    assert sum(count for count, _ in batches) == 250


def test_slow_machine_works_one_text_after_the_other():
    batches = run(Machine(0.05, start_cost=2_000), [300] * 20)
    assert all(count == 1 for count, _ in batches[1:])


def test_machine_that_becomes_slow_has_one_long_batch():
    machine = Machine(1e-5, start_cost=2_000)
    run(machine, [300] * 2_000)
    machine.seconds_per_cost *= 20
    batches = run(machine, [300] * 2_000)
    assert max(seconds for _, seconds in batches[1:]) <= TARGET_S * 1.01


def test_failed_batch_is_no_measure():
    pace = Pace(256, seconds=iter([0.0]).__next__)
    with pytest.raises(ZeroDivisionError), pace.timed([300]):
        raise ZeroDivisionError
    assert pace.limit == 256


def test_report_calls_the_receiver():
    calls = []
    Pace(9, on_progress=lambda: calls.append(1)).report()
    assert calls == [1]


@given(
    st.lists(st.floats(1, 1e6), max_size=60),
    st.floats(1e-9, 1),
    st.one_of(st.just(float("inf")), st.floats(1, 1e5)),
)
def test_every_item_is_processed_at_any_rate(costs, rate, start_cost):
    batches = run(Machine(rate, start_cost=start_cost), costs)
    assert sum(count for count, _ in batches) == len(costs)
    assert all(1 <= count <= 256 for count, _ in batches)


def test_cost_of_a_text_is_its_length_and_a_constant():
    short, long = text_costs(["", "x" * 1_000])
    assert long - short == 1_000
    assert short > 0
