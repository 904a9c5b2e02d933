"""nlp.text.hashtags: hashtags are split where the split is sure."""

import pytest

from core.tokenizer import tokenize
from nlp.text.common_words import common_words
from nlp.text.hashtags import split_hashtags


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("#WorstDayEver", "Worst Day Ever"),
        ("#neverordering", "neverordering"),
        ("#neverbuyingagain", "never buying again"),
        ("#nordlysfail", "nordlys fail"),
        ("#NordlysFail2024", "Nordlys Fail 2024"),
        ("#horrible_service", "horrible service"),
        ("#plusjamais", "plus jamais"),
        ("#peorservicio", "peor servicio"),
        ("#nuncamais", "nunca mais"),
        ("#niewiedernordlys", "nie wieder nordlys"),
        ("#schlechterservice", "schlechter service"),
        ("#اسوأ_خدمة", "اسوأ خدمة"),
    ],
)
def test_hashtag_is_split_into_words(tag, words):
    assert split_hashtags(tag, ["Nordlys"]).split() == words.split()


@pytest.mark.parametrize(
    "tag",
    ["weather", "candid", "forget", "casa", "iPhone15", "eBay", "Kundenservice", "Feierabend"],
)
def test_hashtag_without_a_sure_split_stays_whole(tag):
    assert split_hashtags(f"#{tag}").split() == [tag]


def test_text_around_hashtags_stays():
    text = "Room #5 &#39; https://x.example/#top is #Nice"
    assert split_hashtags(text).split() == text.replace("#Nice", "Nice").split()


def test_common_words_are_listed_once_in_a_list():
    for entry in common_words().values():
        assert not entry.words & entry.last
        assert all(tokenize(word) == [word] for word in entry.words | entry.last)
