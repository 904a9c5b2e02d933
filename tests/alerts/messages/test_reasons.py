"""Why an incident grew: the words of many people that they did not use before."""

from dataclasses import replace

from alerts.messages.reasons import MIN_WORD_LENGTH, explain, mentions_with_reasons
from templates.contexts.mail import Reason
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
    assert all(
        len(word) >= MIN_WORD_LENGTH for r in explain(now, BEFORE) for word in r.term.split()
    )


def test_words_that_only_hold_sentences_together_are_no_reason():
    """They are told by the language of the mention: an English word may be a German article."""
    now = people(40, "they never told them about these fumes")
    assert {r.term for r in explain(now, BEFORE)} & {
        "they",
        "them",
        "about",
        "these",
        "never",
    } == set()
    assert {"told", "fumes"} <= {r.term for r in explain(now, BEFORE)}
    german = [replace(m, language="de") for m in people(40, "Meine Ware kann warten")]
    assert {r.term for r in explain(german, BEFORE)} & {"meine", "kann", "ware"} == set()
    english = [replace(m, language="en") for m in people(40, "A kann of ware")]
    assert {"kann", "ware"} <= {r.term for r in explain(english, BEFORE)}


def test_what_two_say_is_no_reason_yet():
    assert explain(people(2, "battery fire"), BEFORE[:2]) == ()


def test_the_mentions_that_use_a_reason_speak_of_it():
    hot = people(4, "The BATTERY is hot")
    now = [*people(3, "too dear", 9), *hot]
    battery = Reason(term="battery hot", now=0.5, usual=0.0)
    assert mentions_with_reasons(now, [battery]) == tuple(hot)
    assert mentions_with_reasons(now[:-1], [battery]) == tuple(now[:-1]), (
        "three are too few to stand for all"
    )
    assert mentions_with_reasons(now, []) == tuple(now)


def test_one_text_told_by_many_is_one_reason_to_nobody():
    spam = [mention(f"Win a casino bonus {n}", family="spam") for n in range(60)]
    assert explain(spam, BEFORE) == ()


def test_mentions_without_voice_or_family_stand_for_themselves():
    now = [mention(f"battery fire {n}", voice=None, family=None) for n in range(40)]
    assert "battery" in {reason.term for reason in explain(now, BEFORE)}


def test_nothing_is_explained_by_nothing():
    assert explain([], []) == explain([], BEFORE) == ()
