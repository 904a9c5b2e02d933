"""Many texts are asked about at once; one that cannot be read takes no other with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from core.errors import TransientError

PLAIN: Final = "It works."  # what any working model can read

Out = TypeVar("Out")


def each(
    read: Callable[..., Sequence[Out]], texts: Sequence[str], *beside: Sequence[Any]
) -> list[Out | Exception]:
    """What *read* says of each text, or the error it raises for that text alone (found by halving).

    *beside*: further arguments of *read*, each with one value a text, without which it can do.

    Raises:
        TransientError: it fails on a plain sentence too: the model is at fault, not the text.
    """
    if not texts:
        return []
    try:
        return list(read(texts, *beside))
    except Exception as error:  # noqa: BLE001  # whatever a text does to a model, its neighbours are read
        if len(texts) == 1:
            _must_still_read(read)
            return [error]
    middle = len(texts) // 2
    first = each(read, texts[:middle], *(values[:middle] for values in beside))
    return first + each(read, texts[middle:], *(values[middle:] for values in beside))


def answers(
    read: Callable[..., Sequence[Out]],
    chosen: Sequence[int],
    texts: Sequence[str],
    *beside: Sequence[Any],
) -> Iterator[tuple[int, Out | Exception]]:
    """What *read* says of each text that is *chosen* by its index."""
    picked = ([values[i] for i in chosen] for values in (texts, *beside))
    return zip(chosen, each(read, *picked), strict=True)


def _must_still_read(read: Callable[[Sequence[str]], object]) -> None:
    try:
        read([PLAIN])
    except Exception as error:
        raise TransientError("the model fails on every text; restart the process") from error
