"""The invented market."""

from datetime import UTC, datetime
from random import Random

import pytest

from core.tokenizer import tokenize
from demo.market import LANGUAGES, TOPICS, Market


@pytest.fixture
def scene():
    return Market(rng=Random(1), now=datetime(2026, 6, 1, 12, tzinfo=UTC))


def test_shares_are_shares():
    assert sum(LANGUAGES.values()) == pytest.approx(1)
    assert sum(TOPICS.values()) == pytest.approx(1)


def test_a_query_quotes_what_is_more_than_a_word(scene):
    assert scene.makers["velorra"].query == 'velorra OR "mira 3"'
    assert scene.makers["tandrix"].query == "tandrix"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_names_its_maker(scene, language):
    for maker in scene.makers.values():
        for topic in TOPICS:
            said = scene.compose(maker, language, f"{topic}.negative")
            assert set(tokenize(maker.name)) <= set(tokenize(said)) or maker.models[0] in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_spoken_where_it_is_at_home(scene, language):
    places = [scene.venue_for(language) for _ in range(50)]
    assert all(language in place.shares for place in places)
    assert len({place.site for place in places}) >= 2


def test_fresh_voices_are_never_heard_before(scene):
    names = [scene.new_voice() for _ in range(3000)]
    assert len(set(names)) == 3000


def test_regulars_come_back_and_strangers_come_once(scene):
    place = scene.venues["spokeyard"]
    heard = [scene.regular_voice(place) for _ in range(1000)]
    often = [name for name in set(heard) if heard.count(name) >= 8]
    once = [name for name in set(heard) if heard.count(name) == 1]
    assert len(often) > 5
    assert len(once) > 200


def test_a_draft_is_by_a_new_voice_unless_told(scene):
    maker = scene.makers["oskelo"]
    usual = scene.draft(maker, scene.now, "t", "joy")
    told = scene.draft(maker, scene.now, "t", "joy", mood="negative", author="ada", language="de")
    assert (usual.language, usual.mood, usual.watch, usual.thread) == (
        "en",
        "positive",
        "oskelo",
        "joy",
    )
    assert (told.author, told.language, told.mood) == ("ada", "de", "negative")
    assert "de" in told.venue.shares
