"""A voice counts once in any window, and copies count a few times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.counts import MAX_COPIES, VOICE_WINDOW, Stream, count_voices, mask_gaps
from core.observation import Observation
from core.timestamps import BUCKET_WIDTH
from tests.alerts.simulation import sentiment

START = datetime(2026, 5, 4, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
WIDEST = 72


def observation(minute, voice="a", *, negative=True, **more):
    at = START + timedelta(minutes=minute)
    return Observation(
        id=f"{minute}-{voice}",
        at=at,
        first_seen=at,
        voice=voice,
        sentiment=sentiment(negative),
        **more,
    )


def counts_of(observations, units=(None,), hours=24):
    return count_voices(observations, units, (START, START + timedelta(hours=hours)), ZONE).voices


def test_each_stream_contains_the_next():
    """Negative voices are scored ones, and scored voices count in the volume."""
    voices = counts_of(
        [
            observation(1, "a"),
            observation(2, "b", negative=False),
            observation(3, "c", negative=None),
        ]
    )
    assert voices[0, :, 0].tolist() == [1, 2, 3]


def test_mention_counts_for_the_watch_and_each_of_its_topics():
    voices = counts_of(
        [observation(1, topics=("app", "price", "unknown"))], (None, "price", "app", "frame")
    )
    assert voices[0, Stream.NEGATIVE].tolist() == [1, 1, 1, 0]


def test_voice_that_turns_negative_counts_as_negative():
    voices = counts_of([observation(0, negative=False), observation(10)])
    assert voices[:, Stream.SCORED].sum() == 1
    assert voices[2, Stream.NEGATIVE, 0] == 1


def test_three_accounts_are_three_voices():
    storm = [observation(n * 2, f"v{n % 3}") for n in range(60)]
    assert counts_of(storm)[:, Stream.NEGATIVE].sum() == 3


def test_copies_of_one_text_count_a_few_times():
    copies = [observation(n, f"v{n}", family="spam") for n in range(50)]
    assert counts_of(copies)[:, Stream.NEGATIVE].sum() == MAX_COPIES


def test_copies_count_again_after_six_hours():
    copies = [observation(n, f"v{n}", family="f") for n in range(10)]
    later = [observation(n + 380, f"w{n}", family="f") for n in range(10)]
    assert counts_of(copies + later)[:, Stream.NEGATIVE].sum() == 2 * MAX_COPIES


def test_repeats_of_one_voice_are_one_copy():
    loud = [observation(n, "loud", family="f") for n in range(20)]
    assert counts_of([*loud, observation(30, "other", family="f")])[:, Stream.NEGATIVE].sum() == 2


def test_mentions_without_voice_count_by_family_else_by_mention():
    nameless = [observation(n, None, family="f") for n in range(5)]
    assert counts_of(nameless)[:, Stream.NEGATIVE].sum() == 1
    assert counts_of([observation(n, None) for n in range(5)])[:, Stream.NEGATIVE].sum() == 5


minutes = st.integers(0, 24 * 60 - 1)
posts = st.lists(st.tuples(minutes, st.integers(0, 3), st.integers(0, 5)), max_size=60)


@given(posts)
def test_voice_counts_once_in_any_window(rows):
    """The number of its posts in six hours does not matter."""
    observations = [observation(minute, f"v{voice}") for minute, voice, _ in rows]
    negative = counts_of(observations)[:, Stream.NEGATIVE, 0]
    widest = np.convolve(negative, np.ones(WIDEST, int))
    assert widest.max(initial=0) <= len({voice for _, voice, _ in rows})


@given(posts, st.randoms())
def test_order_does_not_matter(rows, random):
    observations = [observation(m, f"v{v}", family=f"f{f}") for m, v, f in rows]
    permutation = random.sample(observations, len(observations))
    assert (counts_of(observations) == counts_of(permutation)).all()


@given(posts, st.integers(6, 20))
def test_counts_need_only_the_last_hours_before(rows, hour):
    """Counts from an hour on depend only on mentions since six hours before it."""
    observations = [observation(m, f"v{v}", family=f"f{f}") for m, v, f in rows]
    cut = START + timedelta(hours=hour)
    newest = [u for u in observations if u.at >= cut - VOICE_WINDOW]
    late = count_voices(newest, (None,), (cut, START + timedelta(hours=24)), ZONE).voices
    assert (counts_of(observations)[-len(late) :] == late).all()


@given(st.integers(0, 60), minutes)
def test_new_voice_with_a_new_text_adds_one(posts_before, minute):
    observations = [observation(n * 7, f"v{n % 5}", family=f"f{n}") for n in range(posts_before)]
    more = counts_of([*observations, observation(minute, "new", family="new")]) - counts_of(
        observations
    )
    assert more.sum() == len(Stream)
    assert (more >= 0).all()


@pytest.mark.parametrize(("gap", "count"), [((0, 5), 3), ((3, 4), 3), ((0, 30), 8)])
def test_gap_hides_its_buckets_and_two_more(gap, count):
    counts = count_voices(
        [observation(n) for n in range(60)], (None,), (START, START + timedelta(hours=1)), ZONE
    )
    span = tuple(START + timedelta(minutes=minute) for minute in gap)
    masked_counts = mask_gaps(counts, [span], START)
    assert (~masked_counts.is_covered).sum() == count
    assert not masked_counts.voices[~masked_counts.is_covered].any()


def test_buckets_before_the_history_are_not_covered():
    counts = count_voices([], (None,), (START, START + timedelta(hours=1)), ZONE)
    masked_counts = mask_gaps(counts, [], START + 4 * BUCKET_WIDTH)
    assert masked_counts.is_covered.tolist() == [False] * 4 + [True] * 9
