"""Texts as the numbers that an encoder knows; nothing is cut off or filled up."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

from nlp.encoder.pretrained import PIECES, RULES

Cut = Callable[[Sequence[str]], list[list[int]]]


class Tokens:
    """The tokenizer of the encoder in a folder: SentencePiece where it has ``PIECES``."""

    def __init__(self, folder: Path) -> None:
        make = _pieces if (folder / PIECES).is_file() else _rules
        self._cut, self.first, self.last = make(folder)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, in order, without the two around it."""
        return self._cut(texts)

    def framed(self, ids: Sequence[int]) -> list[int]:
        """*ids* with the two that stand around a text."""
        return [self.first, *ids, self.last]


def _pieces(folder: Path) -> tuple[Cut, int, int]:
    tokenizer = SentencePieceProcessor(model_file=str(folder / PIECES))

    def cut(texts: Sequence[str]) -> list[list[int]]:
        found: list[list[int]] = tokenizer.encode(list(texts), num_threads=1)
        return found

    return cut, tokenizer.bos_id(), tokenizer.eos_id()


def _rules(folder: Path) -> tuple[Cut, int, int]:
    tokenizer = Tokenizer.from_file(str(folder / RULES))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    first, last = tokenizer.encode("").ids

    def cut(texts: Sequence[str]) -> list[list[int]]:
        encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encoded]

    return cut, first, last
