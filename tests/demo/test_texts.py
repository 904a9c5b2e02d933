"""What the packaged sentences must not be: copies of what topics and models were made from."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from core.tokenizer import tokenize
from demo.grammar import load_rules, load_yaml

RUN = 5  # words in a row
LANGUAGES = ("en", "de", "fr", "es")


def runs(text):
    found = tokenize(text)
    return {tuple(found[n : n + RUN]) for n in range(len(found) - RUN + 1)}


def planted(make):
    """All runs of the posts of some seeds: they cross the seams between sentences, too."""
    texts = {line.text for seed in (1, 2, 6) for line in make(seed, live=True).lines}
    return set().union(*map(runs, texts))


def test_the_taxonomy_has_seven_topics_of_two_sentences():
    taxonomy = load_yaml("taxonomy")
    assert len({topic["id"] for topic in taxonomy}) == 7
    assert [len(topic["sentences"]) for topic in taxonomy] == [2] * 7


@pytest.mark.slow
def test_no_post_shares_five_words_in_a_row_with_a_topic(make):
    texts = [
        text for topic in load_yaml("taxonomy") for text in topic["sentences"] + topic["examples"]
    ]
    topics = set().union(*map(runs, texts))
    assert topics
    assert not topics & planted(make)


@pytest.mark.slow
def test_no_post_shares_five_words_in_a_row_with_training_data(make):
    shared = Path(os.environ.get("SHARED", "../shared")) / "data"
    if not shared.is_dir():
        pytest.skip("SHARED has no data")
    ours = planted(make)
    for path in sorted(shared.glob("*_train.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            known = {run for line in lines for run in runs(json.loads(line)["text"])}
        assert not known & ours, path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_is_a_rule_or_a_bound_name(language):
    rules = load_rules("names", "crisis", "stories", language)
    bound = {"brand", "model", "text", "number"}
    slots = {
        slot for options in rules.values() for o in options for slot in re.findall(r"{(.*?)}", o)
    }
    assert slots <= rules.keys() | bound


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_is_empty_or_says_a_thing_twice(language):
    for rule, options in load_rules("names", "crisis", "stories", language).items():
        assert options, rule
        assert len(set(options)) == len(options), rule
        assert all(option == option.strip() != "" for option in options), rule
