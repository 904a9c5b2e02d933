"""sentencepiece_export: SentencePiece reads the export of a Unigram vocabulary."""

import base64
import json

import pytest
from sentencepiece import SentencePieceProcessor

from core.errors import ConfigError
from nlp.encoder.weights_sources.sentencepiece_export import sentencepiece_model
from tests.nlp.factories import unigram_tokenizer


def export(tokenizer_json):
    return SentencePieceProcessor(
        model_proto=sentencepiece_model(json.dumps(tokenizer_json).encode())
    )


def test_most_likely_segmentation_is_used():
    processor = export(unigram_tokenizer({"▁": -3.0, "a": -3.0, "b": -3.0, "▁ab": -2.0}))
    assert processor.encode("ab", out_type=str) == ["▁ab"]
    assert processor.encode("ba", out_type=str) == ["▁", "b", "a"]


def test_ids_are_positions_in_the_vocabulary():
    processor = export(unigram_tokenizer({"▁": -3.0, "▁ab": -2.0}))
    assert (processor.bos_id(), processor.eos_id(), processor.unk_id()) == (0, 2, 3)
    assert processor.encode("ab ? ab") == [5, 4, 3, 5]


def test_end_token_is_never_parsed_from_a_text():
    processor = export(unigram_tokenizer({"▁": -3.0, "s": -3.0}))
    assert 2 not in processor.encode("</s>")


def test_export_is_reproducible():
    tokenizer_json = json.dumps(unigram_tokenizer({"▁": -3.0})).encode()
    assert sentencepiece_model(tokenizer_json) == sentencepiece_model(tokenizer_json)


def test_other_kind_of_tokenizer_is_refused():
    tokenizer_json = unigram_tokenizer({"▁": -3.0})
    tokenizer_json["model"]["type"] = "BPE"
    with pytest.raises(ConfigError, match="a BPE, not a Unigram"):
        export(tokenizer_json)


def test_tokenizer_without_a_character_table_is_refused():
    tokenizer_json = unigram_tokenizer({"▁": -3.0}) | {"normalizer": {"type": "Lowercase"}}
    with pytest.raises(ConfigError, match="no table of characters"):
        export(tokenizer_json)


def test_character_table_in_a_sequence_of_normalizers():
    tokenizer_json = unigram_tokenizer({"▁": -3.0})
    tokenizer_json["normalizer"] = {
        "type": "Sequence",
        "normalizers": [{"type": "Replace"}, tokenizer_json["normalizer"]],
    }
    assert export(tokenizer_json).encode("?") == [4, 3]
    assert (
        base64.b64decode(tokenizer_json["normalizer"]["normalizers"][1]["precompiled_charsmap"])
        == b""
    )
