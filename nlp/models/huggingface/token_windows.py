"""Texts as windows of token ids, as the tokenizer of the model builds them."""

from collections.abc import Sequence
from typing import Any, Final

from core.errors import ConfigError
from nlp.encoder.batching import split_into_windows

_PROBE: Final = "a"  # any text with a token


class TokenWindows:
    """Windows of at most *size* tokens with the special tokens of *tokenizer* at both ends.

    Raises:
        ConfigError: the tokenizer changes a text when it adds special tokens.
    """

    def __init__(self, tokenizer: Any, size: int) -> None:
        self.size = size  # tokens, special ones included
        self.padding: int | None = tokenizer.pad_token_id
        # Else an author could end the text with the name of a special token.
        tokenizer.split_special_tokens = True
        self._tokenizer = tokenizer
        self._first, self._last = self._special_tokens()
        self._filler = next((t for t in (tokenizer.eos_token_id, self.padding) if t is not None), 0)

    def split(self, texts: Sequence[str]) -> list[tuple[int, list[int]]]:
        """Return the windows of all texts in order: index of the text, token ids."""
        room = self.size - len(self._first) - len(self._last)
        return [
            (index, [*self._first, *ids, *self._last] or [self._filler])
            for index, body in enumerate(self._encode(list(texts), has_special_tokens=False))
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
