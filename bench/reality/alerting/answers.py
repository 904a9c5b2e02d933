"""Answers of the product to a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Case: TypeAlias = Mapping[str, Any]
"""One case, or a part of one, as it stands in the JSON of an input file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The product's answer to one case.

    Attributes:
        right: whether it is as the case demands.
        seen: the answer in short.
    """

    right: bool
    seen: str
