"""Texts as windows of token ids, as the tokenizer of the model builds them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from core.errors import ConfigError
from nlp.encoder.batching import split_into_windows

_PROBE: Final = "a"  # any text with a token
_NOTHING: Final = "(?!)"  # a pattern that never matches


class TokenWindows:
    """Windows of at most *size* tokens with the special tokens of *tokenizer* at both ends.

    Raises:
        ConfigError: the tokenizer changes a text when it adds special tokens.
    """

    def __init__(self, tokenizer: Any, size: int) -> None:
        self.size = size  # tokens, special ones included
        self.padding: int | None = tokenizer.pad_token_id
        self._tokenizer = tokenizer
        names = [re.escape(name) for name in tokenizer.all_special_tokens if len(name) > 1]
        self._special_name = re.compile("|".join(names) or _NOTHING)
        self._first, self._last = self._special_tokens()
        self._filler = next((t for t in (tokenizer.eos_token_id, self.padding) if t is not None), 0)

    def split(self, texts: Sequence[str]) -> list[tuple[int, list[int]]]:
        """Return the windows of all texts in order: index of the text, token ids."""
        # Else an author could end the text by the name of a special token.
        plain_texts = [self._special_name.sub(_spaced, text) for text in texts]
        room = self.size - len(self._first) - len(self._last)
        return [
            (index, [*self._first, *ids, *self._last] or [self._filler])
            for index, body in enumerate(self._encode(plain_texts, has_special_tokens=False))
            for ids in split_into_windows(body, room)
        ]

    def _special_tokens(self) -> tuple[list[int], list[int]]:
        (whole,) = self._encode([_PROBE], has_special_tokens=True)
        (body,) = self._encode([_PROBE], has_special_tokens=False)
        for start in range(len(whole) - len(body) + 1):
            end = start + len(body)
            if whole[start:end] == body:
                return whole[:start], whole[end:]
        raise ConfigError("path: the tokenizer splits a text differently with special tokens.")

    def _encode(self, texts: list[str], *, has_special_tokens: bool) -> list[list[int]]:
        if not texts:
            return []
        encoding = self._tokenizer(
            texts,
            add_special_tokens=has_special_tokens,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        token_ids: list[list[int]] = encoding["input_ids"]
        return token_ids


def _spaced(name: re.Match[str]) -> str:
    """Return the name of a special token with a space in it, so that it is a word of a text."""
    return f"{name[0][0]} {name[0][1:]}"
