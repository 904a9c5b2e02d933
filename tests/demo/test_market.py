"""The invented market of the demo."""

from datetime import UTC, datetime
from random import Random

import pytest

from core.tokenizer import tokenize
from demo.market import LANGUAGES, TOPICS, Market


@pytest.fixture
def market():
    return Market(rng=Random(1), now=datetime(2026, 6, 1, 12, tzinfo=UTC))


def test_shares_sum_to_one():
    assert sum(LANGUAGES.values()) == pytest.approx(1)
    assert sum(TOPICS.values()) == pytest.approx(1)


def test_query_quotes_names_of_several_words(market):
    assert market.makers["velorra"].query == 'velorra OR "mira 3"'
    assert market.makers["tandrix"].query == "tandrix"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_names_its_brand(market, language):
    for maker in market.makers.values():
        for topic in TOPICS:
            text = market.compose(maker, language, f"{topic}.negative")
            assert set(tokenize(maker.name)) <= set(tokenize(text)) or maker.models[0] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_selects_its_venues(market, language):
    places = [market.venue_for(language) for _ in range(50)]
    assert all(language in place.shares for place in places)
    assert len({place.site for place in places}) >= 2


def test_new_voices_are_unique(market):
    names = [market.new_voice() for _ in range(3000)]
    assert len(set(names)) == 3000


def test_some_authors_post_often_and_many_once(market):
    place = market.venues["spokeyard"]
    names = [market.regular_voice(place) for _ in range(1000)]
    frequent_names = [name for name in set(names) if names.count(name) >= 8]
    single_names = [name for name in set(names) if names.count(name) == 1]
    assert len(frequent_names) > 5
    assert len(single_names) > 200


def test_draft_has_a_new_author_by_default(market):
    maker = market.makers["oskelo"]
    default_draft = market.draft(maker, market.now, "t", "joy")
    draft = market.draft(
        maker, market.now, "t", "joy", mood="negative", author="ada", language="de"
    )
    assert (
        default_draft.language,
        default_draft.mood,
        default_draft.watch,
        default_draft.thread,
    ) == (
        "en",
        "positive",
        "oskelo",
        "joy",
    )
    assert (draft.author, draft.language, draft.mood) == ("ada", "de", "negative")
    assert "de" in draft.venue.shares
