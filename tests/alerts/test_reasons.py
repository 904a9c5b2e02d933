"""Why an incident grew: the words of many people that they did not use before."""

from alerts.reasons import SHORTEST, explain
from tests.alerts.example_letters import mention

CHATTER = ("a ride in the park", "my blue bicycle", "to work by train", "shop was open late")
BEFORE = [mention(f"{CHATTER[n % 4]} {n}", family=f"b{n}") for n in range(200)]


def people(count, text, start=0):
    return [mention(f"{text} {n}", family=f"n{n}") for n in range(start, start + count)]


def test_the_new_words_are_the_reasons_with_their_share_of_the_voices():
    now = people(30, "The battery smells of smoke") + people(30, "a ride in the park", 30)
    found = {reason.term: reason for reason in explain(now, BEFORE)}
    assert {"battery", "smoke"} <= found.keys()
    assert (found["battery"].now, found["battery"].usual) == (0.5, 0.0)
    assert "park" not in found


def test_short_words_and_articles_are_no_reason():
    now = people(60, "it is on an ox of us at the sea")
    assert all(len(word) >= SHORTEST for r in explain(now, BEFORE) for word in r.term.split())


def test_one_text_told_by_many_is_one_reason_to_nobody():
    spam = [mention(f"Win a casino bonus {n}", family="spam") for n in range(60)]
    assert explain(spam, BEFORE) == ()


def test_mentions_without_voice_or_family_stand_for_themselves():
    now = [mention(f"battery fire {n}", voice=None, family=None) for n in range(40)]
    assert "battery" in {reason.term for reason in explain(now, BEFORE)}


def test_nothing_is_explained_by_nothing():
    assert explain([], []) == explain([], BEFORE) == ()
