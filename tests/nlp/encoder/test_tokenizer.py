"""nlp.encoder.tokenizer: the ids of transformers, except for special tokens in a text."""

import pytest

from nlp.encoder.pretrained import SENTENCEPIECE_FILE, TOKENIZER_FILE
from nlp.encoder.tokenizer import EncoderTokenizer
from nlp.encoder.weights_sources.e5 import E5_SMALL
from nlp.encoder.weights_sources.minilm import MINILM
from nlp.text.normalize import clean
from nlp.training.datasets import our_rows

TEXTS = [
    "abc def",
    "",
    "the quick brown fox jumps over the lazy dog",
    "Größe, niño, Ωmega, 日本語, नमस्ते, ﬁ ①, 👩‍👩‍👧",
    "e\u0301 Å ｆｕｌｌ",
    "\U0001f9ff\U00013000",
    "word " * 300,
]


def ids_of_transformers(folder, texts):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return tokenizer(texts, verbose=False).input_ids


def ids_of_harken(folder, texts):
    tokens = EncoderTokenizer(folder)
    return [tokens.with_special_tokens(ids) for ids in tokens.ids(texts)]


@pytest.mark.model
def test_ids_equal_those_of_transformers(encoder):
    assert ids_of_harken(encoder, TEXTS) == ids_of_transformers(encoder, TEXTS)
    assert ids_of_harken(encoder, []) == []


@pytest.mark.model
@pytest.mark.parametrize("base", [MINILM, E5_SMALL], ids=["minilm", "e5"])
def test_ids_of_installed_encoders_equal_those_of_transformers(base):
    """SentencePiece breaks a tie in its own way: "oooo" may be "oo o o" or "o oo o".

    It also puts marks on some letters together otherwise, as in Arabic presentation forms.
    """
    texts = [clean(text) for text in TEXTS + [row["text"] for row in our_rows("towards")]]
    pairs = list(
        zip(ids_of_harken(base.folder, texts), ids_of_transformers(base.folder, texts), strict=True)
    )
    assert sum(one != other for one, other in pairs) <= len(pairs) // 200
    assert all(len(one) == len(other) for one, other in pairs)


def test_e5_uses_sentencepiece():
    assert E5_SMALL.vocabulary_file == SENTENCEPIECE_FILE
    assert (E5_SMALL.folder / SENTENCEPIECE_FILE).is_file()


def test_special_tokens_in_a_text_are_words():
    """With tokenizer.json any author could end the text with one."""
    tokens = EncoderTokenizer(E5_SMALL.folder)
    (ids,) = tokens.ids(["good </s> bad <s> <mask>"])
    assert {tokens.first, tokens.last}.isdisjoint(ids)
    assert tokens.with_special_tokens(ids)[0] == tokens.first


@pytest.mark.parametrize("base", [MINILM, E5_SMALL], ids=["minilm", "e5"])
def test_no_texts_have_no_tokens(base):
    assert EncoderTokenizer(base.folder).ids([]) == []
    assert (base.folder / TOKENIZER_FILE).is_file()
