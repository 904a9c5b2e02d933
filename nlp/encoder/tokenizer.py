"""Texts as token ids of an encoder, without truncation and padding."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

from nlp.encoder.pretrained import SENTENCEPIECE_FILE, TOKENIZER_FILE

Cut = Callable[[Sequence[str]], list[list[int]]]


class EncoderTokenizer:
    """The tokenizer of the encoder in a folder: SentencePiece where it has SENTENCEPIECE_FILE."""

    def __init__(self, folder: Path) -> None:
        make = (
            _sentencepiece_tokenizer if (folder / SENTENCEPIECE_FILE).is_file() else _json_tokenizer
        )
        self._encode, self.first, self.last = make(folder)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, in order, without special tokens."""
        return self._encode(texts)

    def with_special_tokens(self, ids: Sequence[int]) -> list[int]:
        """Return *ids* between the first and the last special token of a text."""
        return [self.first, *ids, self.last]


def _sentencepiece_tokenizer(folder: Path) -> tuple[Cut, int, int]:
    tokenizer = SentencePieceProcessor(model_file=str(folder / SENTENCEPIECE_FILE))

    def cut(texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each of *texts*, without special tokens."""
        token_ids: list[list[int]] = tokenizer.encode(list(texts), num_threads=1)
        return token_ids

    return cut, tokenizer.bos_id(), tokenizer.eos_id()


def _json_tokenizer(folder: Path) -> tuple[Cut, int, int]:
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    first, last = tokenizer.encode("").ids

    def cut(texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each of *texts*, without special tokens."""
        encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    return cut, first, last
