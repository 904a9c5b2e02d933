"""nlp.text.language: deterministic, and unknown rather than guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.language import detect, likeliest_supported
from tests.nlp.factories import texts

SENTENCES = {
    "en": "The battery was empty after ten kilometres and nobody answers my mails.",
    "de": "Der Akku war nach zehn Kilometern leer und niemand antwortet auf meine Mails.",
    "fr": "La batterie était vide après dix kilomètres et personne ne répond à mes messages.",
    "es": "La batería se agotó después de diez kilómetros y nadie contesta a mis correos.",
    "ja": "バッテリーは十キロで空になり、誰もメールに返事をしてくれません。",
    "ar": "نفدت البطارية بعد عشرة كيلومترات ولا أحد يرد على رسائلي",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_language_of_a_sentence_is_detected_for_any_source_language(language):
    claims = (None, *SENTENCES)
    assert {detect(SENTENCES[language], claim) for claim in claims} == {language}


@given(texts)
def test_any_text_has_a_code_of_two_letters_or_none(text):
    language = detect(text)
    assert language is None or (len(language) == 2 and language.islower())


@given(texts)
def test_the_same_text_has_the_same_language(text):
    assert detect(text, "en") == detect(text, "en")


def test_upper_case_does_not_change_the_language():
    assert detect(SENTENCES["en"].upper()) == "en"


def test_links_accounts_and_emoji_have_no_language():
    noise = "@ada https://x.example/the-english-words-of-this-link 😡 "
    assert detect(noise + SENTENCES["de"]) == "de"
    assert detect(noise) is None


def test_short_text_is_unknown_without_a_plausible_source_language():
    assert detect("xq zzv") is None
    assert detect("xq zzv", "ceb") is None
    assert detect("xq zzv", "ja") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Super toll", "de"),
        ("nie wieder", "de"),
        ("plus jamais", "fr"),
        ("why", "en"),
        ("mai più", "it"),
        ("não funciona", "pt"),
        ("اسوأ خدمة", "ar"),
    ],
)
def test_common_words_identify_the_language_of_a_very_short_text(text, language):
    assert detect(text) == language


def test_common_words_of_several_languages_follow_the_source_language():
    assert (detect("no"), detect("no", "es"), detect("no", "it")) == (None, "es", "it")


SEVEN = frozenset({"ar", "de", "en", "es", "fr", "it", "pt"})


@pytest.mark.parametrize("text", ["@user Cool!", "Worst dreams. 😥", "@user Oh dear! #tantrums"])
def test_unknown_language_can_be_the_likeliest_supported_one(text):
    assert detect(text) is None
    assert likeliest_supported(text, SEVEN) == "en"


@pytest.mark.parametrize("text", ["gick sönder direkt", "znowu nie działa", "waardeloos"])
def test_text_likelier_in_an_unsupported_language_has_none(text):
    assert likeliest_supported(text, SEVEN) is None


@given(texts, st.sets(st.sampled_from(sorted(SEVEN))))
def test_likeliest_language_is_supported(text, codes):
    assert likeliest_supported(text, codes) in {*codes, None}
    assert likeliest_supported(text, ()) is None


@pytest.mark.parametrize("text", ["👍", "!!!", "xq zzv", "Acme"])
def test_text_of_unknown_language_has_the_one_of_most_recent_mentions(text):
    names = ["Acme"]
    assert likeliest_supported(text, SEVEN, names) == "en"
    assert likeliest_supported(text, SEVEN, names, {"it": 900, "en": 20, "ja": 5000}) == "it"
    assert likeliest_supported(text, {"de", "fr"}, names, {"ja": 5}) == "de"


NAMES = ["Nordlys", "Casa Verde", "Le Petit Four", "Der Grüne Punkt", "El Corte Inglés", "Aral"]
SHORT_POSTS = {
    "en": ["{} why", "{}'s app crashed", "#{tag} sucks", "hate {}", "WTF {}", "{}???", "{} again",
           "so done with {}", "#{tag}: overpriced", "@{tag} refund please", "{} 👎", "lol {}"],
    "de": ["nie wieder {}", "{} kaputt", "danke {}", "{} geht nicht"],
    "fr": ["merci {}", "{} c'est nul", "plus jamais {}"],
    "es": ["gracias {}", "{} no funciona"],
    "it": ["grazie {}", "{} non funziona"],
    "pt": ["obrigado {}", "{} não funciona"],
    "ar": ["شكرا {}", "{} سيء"],
}  # fmt: skip


@pytest.mark.parametrize("language", SHORT_POSTS)
@pytest.mark.parametrize("name", NAMES)
def test_names_do_not_hide_the_language_of_a_short_post(language, name):
    for post in SHORT_POSTS[language]:
        text = post.format(name, tag="".join(name.split()))
        result = detect(text, None, NAMES) or likeliest_supported(text, SEVEN, NAMES)
        assert (text, result) == (text, language)


def test_text_without_words_has_the_source_language():
    assert detect("👍👍", "en") == "en"
    assert detect("👍👍") is None


def test_source_language_can_have_a_region():
    assert detect("👍", "en-GB") == "en"


def test_brand_names_are_ignored():
    text = "Le Grand Vélo de la Loire broke again"
    assert detect(text) != "en"
    assert detect(text, names=["Le Grand Vélo de la Loire"]) == "en"


@pytest.mark.parametrize(
    ("source_language", "code"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-GB", "en"),
        ("zh_Hant_TW", "zh"),
        ("pt-br", "pt"),
        ("fil", None),
        ("und", None),
        ("ckb", None),
        ("eng", None),
        ("english", None),
        ("", None),
        ("-", None),
        ("e", None),
        ("12", None),
        ("日本", None),
    ],
)
def test_source_language_is_a_code_of_two_letters(source_language, code):
    """Filipino (fil) is not Finnish (fi), and und is no language."""
    assert detect("👍", source_language) == code


def test_invalid_source_language_is_ignored():
    assert detect("xq zzv", "fil") is None
    assert detect(SENTENCES["de"], "und") == "de"


@pytest.mark.parametrize("name", ["Le Grand Vélo!", "c'est la vie", "(le vélo)", "LE GRAND VÉLO?"])
def test_brand_name_can_begin_and_end_with_any_character(name):
    text = f"{name} broke again and nobody answers my mails"
    assert detect(text, names=[name]) == detect("broke again and nobody answers my mails") == "en"


@pytest.mark.parametrize("name", ["", "a", "the", ".*", "\\", "(", "[a-z]+"])
def test_brand_name_matches_whole_words_only(name):
    """It is not a pattern, and it matches whole words only."""
    assert detect(SENTENCES["en"], names=[name]) == "en"
    assert detect(SENTENCES["de"], names=[name]) == "de"


def test_text_of_brand_names_only_has_the_source_language():
    assert detect("Acme! ACME acme", "fr", names=["Acme"]) == "fr"
    assert detect("Acme! ACME acme", names=["Acme"]) is None


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ar"])
def test_invisible_characters_do_not_change_the_language(language):
    text = "\u200b".join(SENTENCES[language])
    assert detect(f"\x1b[31m{text}\u202e\x00") == language


def test_language_of_a_long_text_is_that_of_most_of_it():
    assert detect(SENTENCES["de"] * 400 + SENTENCES["en"]) == "de"


@given(texts, st.sampled_from(["en", "de", "ja"]))
def test_result_is_the_detected_or_the_source_language(text, source_language):
    """It is the result without a source language, the source language, or None."""
    assert detect(text, source_language) in {detect(text), source_language, None}
