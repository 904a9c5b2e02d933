"""Texts as token ids of an encoder, without truncation and padding."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sentencepiece import SentencePieceProcessor
from transformers import AutoTokenizer

from nlp.encoder.pretrained import SENTENCEPIECE_FILE

Cut = Callable[[Sequence[str]], list[list[int]]]


class EncoderTokenizer:
    """The tokenizer of the encoder in a folder: SentencePiece where it has SENTENCEPIECE_FILE.

    SentencePiece needs a fifth of the memory of the tokenizer of transformers for e5's vocabulary.
    """

    def __init__(self, folder: Path) -> None:
        make = (
            _sentencepiece_tokenizer if (folder / SENTENCEPIECE_FILE).is_file() else _auto_tokenizer
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


def _auto_tokenizer(folder: Path) -> tuple[Cut, int, int]:
    # Its backend is called directly: the lists that transformers adds to the ids are not needed.
    tokenizer = AutoTokenizer.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False
    ).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    first, last = tokenizer.encode("").ids

    def cut(texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each of *texts*, without special tokens."""
        encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    return cut, first, last
