"""nlp.language: better unknown than guessed, and the same answer every time."""

import pytest
from hypothesis import given

from nlp.language import detect
from tests.nlp.making import texts

SENTENCES = {
    "en": "The battery was empty after ten kilometres and nobody answers my mails.",
    "de": "Der Akku war nach zehn Kilometern leer und niemand antwortet auf meine Mails.",
    "fr": "La batterie était vide après dix kilomètres et personne ne répond à mes messages.",
    "es": "La batería se agotó después de diez kilómetros y nadie contesta a mis correos.",
    "ja": "バッテリーは十キロで空になり、誰もメールに返事をしてくれません。",
    "ar": "نفدت البطارية بعد عشرة كيلومترات ولا أحد يرد على رسائلي",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_known_whatever_is_claimed(language):
    claims = (None, *SENTENCES)
    assert {detect(SENTENCES[language], claim) for claim in claims} == {language}


@given(texts)
def test_any_text_has_a_code_of_two_letters_or_none(text):
    found = detect(text)
    assert found is None or (len(found) == 2 and found.islower())


@given(texts)
def test_the_same_text_has_the_same_language(text):
    assert detect(text, "en") == detect(text, "en")


def test_shouting_is_no_other_language():
    assert detect(SENTENCES["en"].upper()) == "en"


def test_links_accounts_and_emoji_have_no_language():
    noise = "@ada https://x.example/the-english-words-of-this-link 😡 "
    assert detect(noise + SENTENCES["de"]) == "de"
    assert detect(noise) is None


def test_a_short_text_is_unknown_unless_its_platform_says_what_it_plausibly_is():
    assert detect("Super toll") is None
    assert detect("Super toll", "de") == "de"
    assert detect("Super toll", "ja") is None


def test_where_there_is_no_word_the_claim_stands():
    assert detect("👍👍", "en") == "en"
    assert detect("👍👍") is None


def test_a_claim_may_name_a_region():
    assert detect("👍", "en-GB") == "en"


def test_brand_names_are_not_looked_at():
    text = "Le Grand Vélo de la Loire broke again"
    assert detect(text) != "en"
    assert detect(text, names=["Le Grand Vélo de la Loire"]) == "en"
