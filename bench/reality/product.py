"""Calls of the product, whose exceptions are wrong answers and not errors of the player."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ProductError(Exception):
    """The product raised an exception on a case; the message names its class."""


@contextmanager
def product_calls() -> Iterator[None]:
    """Turn any exception of the product into ProductError; only its calls belong inside."""
    try:
        yield
    except Exception as error:
        raise ProductError(f"{type(error).__name__}: {error}") from error


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the answer of *function*, which is the product's.

    Raises:
        ProductError: it raised an exception; that is the cause.
    """
    with product_calls():
        return function(*args, **kwargs)
