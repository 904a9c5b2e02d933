"""A Unigram vocabulary becomes a file that SentencePiece reads."""

import base64
import json

import pytest
from sentencepiece import SentencePieceProcessor

from core.errors import ConfigError
from nlp.encoder.weights_sources.sentencepiece_export import sentencepiece_model
from tests.nlp.factories import unigram


def loaded(told):
    return SentencePieceProcessor(model_proto=sentencepiece_model(json.dumps(told).encode()))


def test_the_most_likely_cut_is_taken():
    read = loaded(unigram({"▁": -3.0, "a": -3.0, "b": -3.0, "▁ab": -2.0}))
    assert read.encode("ab", out_type=str) == ["▁ab"]
    assert read.encode("ba", out_type=str) == ["▁", "b", "a"]


def test_ids_are_the_places_in_the_vocabulary():
    read = loaded(unigram({"▁": -3.0, "▁ab": -2.0}))
    assert (read.bos_id(), read.eos_id(), read.unk_id()) == (0, 2, 3)
    assert read.encode("ab ? ab") == [5, 4, 3, 5]


def test_what_ends_a_text_is_never_read_from_one():
    read = loaded(unigram({"▁": -3.0, "s": -3.0}))
    assert 2 not in read.encode("</s>")


def test_the_same_bytes_each_time():
    told = json.dumps(unigram({"▁": -3.0})).encode()
    assert sentencepiece_model(told) == sentencepiece_model(told)


def test_another_kind_is_refused():
    told = unigram({"▁": -3.0})
    told["model"]["type"] = "BPE"
    with pytest.raises(ConfigError, match="a BPE, not a Unigram"):
        loaded(told)


def test_a_tokenizer_without_its_characters_is_refused():
    told = unigram({"▁": -3.0}) | {"normalizer": {"type": "Lowercase"}}
    with pytest.raises(ConfigError, match="no table of characters"):
        loaded(told)


def test_characters_stand_behind_others_in_a_sequence():
    told = unigram({"▁": -3.0})
    told["normalizer"] = {
        "type": "Sequence",
        "normalizers": [{"type": "Replace"}, told["normalizer"]],
    }
    assert loaded(told).encode("?") == [4, 3]
    assert base64.b64decode(told["normalizer"]["normalizers"][1]["precompiled_charsmap"]) == b""
