"""What a letter or page says of its own completeness."""

from datetime import timedelta

import pytest

from alerts.messages.completeness import (
    MAX_SOURCE_SENTENCES,
    Completeness,
    completeness_messages,
    outage_messages,
)
from core.coverage import Coverage, Outage, SourceProblem
from templates.i18n import Translator
from tests.alerts.example_letters import NOW

say = Translator(zone="Europe/Berlin")
SCORER = Outage(what="scorer", name="analyse", since=NOW, reason="down")


def sources(count):
    """So many silent sources, each an hour longer than the one before."""
    return [
        Outage(what="source", name=f"s{n}", since=NOW - timedelta(hours=n), reason="down")
        for n in range(count)
    ]


@pytest.mark.parametrize("count", range(MAX_SOURCE_SENTENCES + 1))
def test_a_few_silent_sources_are_named(count):
    sentences = [say(s) for s in outage_messages([*sources(count), SCORER])]
    assert len(sentences) == count + 1
    assert all(f"No data from s{n} since" in sentences[n] for n in range(count))


def test_many_silent_sources_are_one_sentence_so_that_the_rest_is_seen():
    many, scorer = (say(s) for s in outage_messages([*sources(MAX_SOURCE_SENTENCES + 1), SCORER]))
    assert many == "No data from 4 sources, the first since Fri 20 Nov, 12:05."
    assert scorer.startswith("Scoring has been delayed since")


def test_of_two_workers_that_do_one_work_the_first_silence_is_told():
    later = Outage(what="scorer", name="analyse-2", since=NOW + timedelta(hours=1), reason="down")
    (scorer,) = (say(s) for s in outage_messages([later, SCORER]))
    assert "since Fri 20 Nov, 15:05" in scorer


def test_what_forbids_us_says_so_once():
    rule = "blocked by robots.txt: https://forum.example/feed"
    unheard = (SourceProblem(name="forum", state="forbidden", reason=rule),)
    known = Completeness(coverage=Coverage(sources=1, heard=0, unheard=unheard))
    text = " ".join(map(say, completeness_messages(known)))
    assert "forum (blocked by robots.txt)" in text
    assert rule not in text


def test_before_anything_was_learnt_that_is_said():
    known = Completeness(coverage=Coverage(sources=1, heard=1))
    assert not any("learning" in say(s) for s in completeness_messages(known))
    unlearnt = Completeness(coverage=known.coverage, has_baseline=False)
    assert any("Still learning what is normal." in say(s) for s in completeness_messages(unlearnt))
