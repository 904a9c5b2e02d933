"""nlp.text.duplicates on posts that people repost, decorate and copy."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.tokenizer import tokenize
from nlp.text.duplicates import MIN_BARE_WORDS, fold
from tests.nlp.factories import plain_words, texts

FEW = settings(max_examples=50)
sentences = st.lists(plain_words, min_size=MIN_BARE_WORDS, max_size=10).map(" ".join)
NOISE = st.lists(
    st.sampled_from(["@ada", "@ada@social.example", "https://x.example/1", "#recall", "!!!", "…"]),
    max_size=4,
).map(" ".join)

COMPLAINT = "The brakes of my new bike failed on the first descent"


def family_key(text):
    return fold(text).key


@FEW
@given(sentences, NOISE, NOISE)
def test_additions_before_and_after_make_no_new_family(text, before, behind):
    assert family_key(f"{before} {text} {behind}") == family_key(text)


@FEW
@given(texts)
def test_the_family_of_a_text_is_always_the_same(text):
    assert family_key(text) == family_key(text)
    assert family_key(text) == family_key(f" {text}\n")


@FEW
@given(sentences)
def test_other_order_of_words_makes_another_family(text):
    reversed_text = " ".join(reversed(text.split()))
    assume(tokenize(reversed_text) != tokenize(text))
    assert family_key(reversed_text) != family_key(text)


@pytest.mark.parametrize(
    "copy",
    [
        COMPLAINT.upper(),
        f"RT @ada: {COMPLAINT}",
        f"  RT  @ada@social.example {COMPLAINT}",
        f"{COMPLAINT} https://t.example/abc",
        f"{COMPLAINT} #velorra #fail @velorra",
        f"“{COMPLAINT}”!!!",
        COMPLAINT.replace(" ", "\u00a0"),
        COMPLAINT.replace("e", "e\u200b"),
        COMPLAINT.replace(" ", "\n\n"),
        "𝗧𝗵𝗲 𝗯𝗿𝗮𝗸𝗲𝘀 of my new bike failed on the first descent",
        f"{COMPLAINT} 😡",
        "Thé brakes of my new bike failed on the first descent",
    ],
)
def test_copy_in_another_form_is_of_the_same_family(copy):
    assert family_key(copy) == family_key(COMPLAINT)


@pytest.mark.parametrize(
    "other",
    [
        COMPLAINT.replace("first", "second"),
        f"{COMPLAINT} again",
        f"I read: RT {COMPLAINT}",
        COMPLAINT.replace("brakes", "brake"),
        "",
    ],
)
def test_a_different_text_is_of_another_family(other):
    assert family_key(other) != family_key(COMPLAINT)


def test_ten_thousand_texts_have_ten_thousand_families():
    keys = {family_key(f"the brake number {n} is loud") for n in range(10_000)}
    assert len(keys) == 10_000


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (
            "Order 4711 of 3 May never came to our house",
            "Order 12 of 28 May never came to our house",
            True,
        ),
        ("Order 4711 never came to us", "Order 12 never came to us", False),
        ("The app does not open 😡", "The app does not open", False),
        (
            "The app does not open on my phone since Monday 😡😡",
            "The app does not open on my phone since Monday",
            True,
        ),
    ],
)
def test_numbers_and_emoji_count_in_short_texts_alone(one, other, is_same):
    assert (family_key(one) == family_key(other)) is is_same


def test_short_text_has_no_words_for_a_comparison():
    assert fold("The brakes failed on the first descent").words == ()
    assert fold(COMPLAINT).words == tuple(COMPLAINT.lower().split())
    assert fold("Broken https://shop.example/a-very-long-address-of-a-product @ada").words == ()
    assert fold("😡" * 50).words == ()


def test_unspaced_scripts_are_compared_by_pairs_of_letters():
    words = fold("自行车刹车坏了, 客服一直没有人回答, Velorra 太差了真的").words
    assert words[:3] == ("自行", "行车", "车刹")
    assert "velorra" in words
    assert all(len(word) == 2 for word in words if word != "velorra")
