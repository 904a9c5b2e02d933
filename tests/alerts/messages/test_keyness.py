"""Terms that are said more than usual, by many, in their own words."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.keyness import MIN_Z, TermDocument, key_terms, words_and_pairs

WORDS = ("bike", "ride", "blue", "shop", "city", "hill", "road", "wheel")


def messages(count, *terms, start=0):
    """So many people, each with ordinary words and *terms* in a message of their own."""
    return [
        TermDocument(voice=f"v{n}", family=f"f{n}", terms=(WORDS[n % 8], WORDS[n * 3 % 8], *terms))
        for n in range(start, start + count)
    ]


BEFORE = messages(400)


def test_the_planted_terms_lead():
    now = messages(60, "battery", "battery fire") + messages(40, start=60)
    found = key_terms(now, BEFORE)
    assert {driver.term for driver in found} == {"battery", "battery fire"}
    assert all(driver.z >= MIN_Z for driver in found)
    assert (found[0].share, found[0].usual_share) == (0.6, 0.0)


def test_copies_of_one_message_are_one_message():
    spam = [
        TermDocument(voice=f"s{n}", family="spam", terms=("casino", "bonus")) for n in range(40)
    ]
    found = key_terms(messages(60, "battery") + spam, BEFORE)
    assert [driver.term for driver in found] == ["battery"]


def test_a_voice_has_one_vote_for_a_term():
    loud = [TermDocument(voice="loud", family=f"l{n}", terms=("scam",)) for n in range(50)]
    assert "scam" not in {driver.term for driver in key_terms(messages(60) + loud, BEFORE)}


def test_what_is_said_as_often_as_ever_drives_nothing():
    assert key_terms(messages(80), BEFORE) == []


def test_without_a_past_or_a_present_there_are_no_drivers_to_divide_by():
    assert key_terms([], BEFORE) == []
    assert key_terms(messages(3, "battery"), []) == []


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
def test_at_most_so_many_the_surest_first(with_battery, with_app, most):
    now = messages(with_battery, "battery") + messages(with_app, "app", start=100)
    found = key_terms(now, BEFORE, most)
    assert len(found) <= most
    assert [driver.z for driver in found] == sorted((d.z for d in found), reverse=True)


def test_phrases_are_words_and_pairs_each_once():
    assert words_and_pairs(["the", "battery", "the", "battery"]) == (
        "the",
        "battery",
        "the battery",
        "battery the",
    )
    assert words_and_pairs([]) == ()
