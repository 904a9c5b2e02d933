"""Many texts are asked about at once; one that cannot be read takes no other with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from core.errors import TransientError

PROBE_TEXT: Final = "It works."  # what any working model can read

Output = TypeVar("Output")


def predict_each(
    predict: Callable[..., Sequence[Output]], texts: Sequence[str], *parallel: Sequence[Any]
) -> list[Output | Exception]:
    """What *read* says of each text, or the error it raises for that text alone (found by halving).

    *beside*: further arguments of *read*, each with one value a text, without which it can do.

    Raises:
        TransientError: it fails on a plain sentence too: the model is at fault, not the text.
    """
    if not texts:
        return []
    try:
        return list(predict(texts, *parallel))
    except Exception as error:  # noqa: BLE001  # whatever a text does to a model, its neighbours are read
        if len(texts) == 1:
            _check_model(predict)
            return [error]
    middle = len(texts) // 2
    first = predict_each(predict, texts[:middle], *(values[:middle] for values in parallel))
    return first + predict_each(predict, texts[middle:], *(values[middle:] for values in parallel))


def predict_selected(
    predict: Callable[..., Sequence[Output]],
    indices: Sequence[int],
    texts: Sequence[str],
    *parallel: Sequence[Any],
) -> Iterator[tuple[int, Output | Exception]]:
    """What *read* says of each text that is *chosen* by its index."""
    selection = ([values[i] for i in indices] for values in (texts, *parallel))
    return zip(indices, predict_each(predict, *selection), strict=True)


def _check_model(predict: Callable[[Sequence[str]], object]) -> None:
    try:
        predict([PROBE_TEXT])
    except Exception as error:
        raise TransientError("the model fails on every text; restart the process") from error
