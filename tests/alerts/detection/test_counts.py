"""A voice counts once in any window, and copies are little evidence."""

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


def said(minute, voice="a", *, negative=True, **more):
    at = START + timedelta(minutes=minute)
    return Observation(
        id=f"{minute}-{voice}",
        at=at,
        first_seen=at,
        voice=voice,
        sentiment=sentiment(negative),
        **more,
    )


def counted(utterances, units=(None,), hours=24):
    return count_voices(utterances, units, (START, START + timedelta(hours=hours)), ZONE).voices


def test_every_stream_holds_the_voices_of_the_next():
    """Negative voices are scored ones, and scored voices count in the volume."""
    voices = counted([said(1, "a"), said(2, "b", negative=False), said(3, "c", negative=None)])
    assert voices[0, :, 0].tolist() == [1, 2, 3]


def test_a_mention_counts_for_the_whole_and_for_each_of_its_topics():
    voices = counted([said(1, topics=("app", "price", "unknown"))], (None, "price", "app", "frame"))
    assert voices[0, Stream.NEGATIVE].tolist() == [1, 1, 1, 0]


def test_a_voice_that_turns_negative_is_new_among_the_negative():
    voices = counted([said(0, negative=False), said(10)])
    assert voices[:, Stream.SCORED].sum() == 1
    assert voices[2, Stream.NEGATIVE, 0] == 1


def test_three_accounts_that_post_for_two_hours_are_three_voices():
    storm = [said(n * 2, f"v{n % 3}") for n in range(60)]
    assert counted(storm)[:, Stream.NEGATIVE].sum() == 3


def test_one_text_by_many_accounts_counts_a_few_times():
    copies = [said(n, f"v{n}", family="spam") for n in range(50)]
    assert counted(copies)[:, Stream.NEGATIVE].sum() == MAX_COPIES


def test_copies_count_again_when_the_text_was_silent_for_six_hours():
    copies = [said(n, f"v{n}", family="f") for n in range(10)]
    later = [said(n + 380, f"w{n}", family="f") for n in range(10)]
    assert counted(copies + later)[:, Stream.NEGATIVE].sum() == 2 * MAX_COPIES


def test_one_voice_repeating_itself_leaves_room_for_others_with_the_same_words():
    loud = [said(n, "loud", family="f") for n in range(20)]
    assert counted([*loud, said(30, "other", family="f")])[:, Stream.NEGATIVE].sum() == 2


def test_nameless_mentions_are_told_apart_by_family_and_else_by_mention():
    nameless = [said(n, None, family="f") for n in range(5)]
    assert counted(nameless)[:, Stream.NEGATIVE].sum() == 1
    assert counted([said(n, None) for n in range(5)])[:, Stream.NEGATIVE].sum() == 5


minutes = st.integers(0, 24 * 60 - 1)
posts = st.lists(st.tuples(minutes, st.integers(0, 3), st.integers(0, 5)), max_size=60)


@given(posts)
def test_a_voice_counts_once_in_any_window(posted):
    """A voice counts at most once in six hours, independent of its posts."""
    spoken = [said(minute, f"v{voice}") for minute, voice, _ in posted]
    negative = counted(spoken)[:, Stream.NEGATIVE, 0]
    widest = np.convolve(negative, np.ones(WIDEST, int))
    assert widest.max(initial=0) <= len({voice for _, voice, _ in posted})


@given(posts, st.randoms())
def test_order_does_not_matter(posted, random):
    spoken = [said(m, f"v{v}", family=f"f{f}") for m, v, f in posted]
    shuffled = random.sample(spoken, len(spoken))
    assert (counted(spoken) == counted(shuffled)).all()


@given(posts, st.integers(6, 20))
def test_the_newest_part_of_the_record_gives_the_same_numbers(posted, hour):
    """Counts from an hour on need only the mentions of the six hours before it."""
    spoken = [said(m, f"v{v}", family=f"f{f}") for m, v, f in posted]
    cut = START + timedelta(hours=hour)
    newest = [u for u in spoken if u.at >= cut - VOICE_WINDOW]
    late = count_voices(newest, (None,), (cut, START + timedelta(hours=24)), ZONE).voices
    assert (counted(spoken)[-len(late) :] == late).all()


@given(st.integers(0, 60), minutes)
def test_a_new_voice_with_words_of_its_own_adds_one(posts_before, minute):
    spoken = [said(n * 7, f"v{n % 5}", family=f"f{n}") for n in range(posts_before)]
    more = counted([*spoken, said(minute, "new", family="new")]) - counted(spoken)
    assert more.sum() == len(Stream)
    assert (more >= 0).all()


@pytest.mark.parametrize(("gap", "unknown"), [((0, 5), 3), ((3, 4), 3), ((0, 30), 8)])
def test_a_gap_hides_the_buckets_it_touches_and_two_more(gap, unknown):
    counts = count_voices(
        [said(n) for n in range(60)], (None,), (START, START + timedelta(hours=1)), ZONE
    )
    span = tuple(START + timedelta(minutes=minute) for minute in gap)
    muted = mask_gaps(counts, [span], START)
    assert (~muted.is_covered).sum() == unknown
    assert not muted.voices[~muted.is_covered].any()


def test_before_the_beginning_nothing_was_heard():
    counts = count_voices([], (None,), (START, START + timedelta(hours=1)), ZONE)
    muted = mask_gaps(counts, [], START + 4 * BUCKET_WIDTH)
    assert muted.is_covered.tolist() == [False] * 4 + [True] * 9
