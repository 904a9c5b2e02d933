"""Sentences of the demo are no copies of topics or training data."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from core.tokenizer import tokenize
from demo.grammar import load_rules, load_yaml

PHRASE_LENGTH = 5  # words in a row
LANGUAGES = ("en", "de", "fr", "es")


def phrases(text):
    words = tokenize(text)
    return {tuple(words[n : n + PHRASE_LENGTH]) for n in range(len(words) - PHRASE_LENGTH + 1)}


def phrases_of_corpora(make):
    """Return all phrases of the posts of some seeds, also across sentences."""
    texts = {line.text for seed in (1, 2, 6) for line in make(seed, live=True).lines}
    return set().union(*map(phrases, texts))


def test_the_taxonomy_has_seven_topics_of_two_sentences():
    taxonomy = load_yaml("taxonomy")
    assert len({topic["id"] for topic in taxonomy}) == 7
    assert [len(topic["sentences"]) for topic in taxonomy] == [2] * 7


@pytest.mark.slow
def test_no_post_shares_five_words_in_a_row_with_a_topic(make_corpus):
    texts = [
        text for topic in load_yaml("taxonomy") for text in topic["sentences"] + topic["examples"]
    ]
    topics = set().union(*map(phrases, texts))
    assert topics
    assert not topics & phrases_of_corpora(make_corpus)


@pytest.mark.slow
def test_no_post_shares_five_words_in_a_row_with_training_data(make_corpus):
    shared = Path(os.environ.get("SHARED", "../shared")) / "data"
    if not shared.is_dir():
        pytest.skip("SHARED has no data")
    corpus_phrases = phrases_of_corpora(make_corpus)
    for path in sorted(shared.glob("*_train.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            training_phrases = {
                phrase for line in lines for phrase in phrases(json.loads(line)["text"])
            }
        assert not training_phrases & corpus_phrases, path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_is_a_rule_or_an_argument(language):
    rules = load_rules("names", "crisis", "stories", language)
    arguments = {"brand", "model", "text", "number"}
    slots = {
        slot for options in rules.values() for o in options for slot in re.findall(r"{(.*?)}", o)
    }
    assert slots <= rules.keys() | arguments


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_is_empty_or_has_duplicates(language):
    for rule, options in load_rules("names", "crisis", "stories", language).items():
        assert options, rule
        assert len(set(options)) == len(options), rule
        assert all(option == option.strip() != "" for option in options), rule
