"""Batch prediction that isolates failing texts: one bad text does not fail its batch."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from core.errors import TransientError

PROBE_TEXT: Final = "It works."  # any working model can process it

Output = TypeVar("Output")


def predict_each(
    predict: Callable[..., Sequence[Output]], texts: Sequence[str], *parallel: Sequence[Any]
) -> list[Output | Exception]:
    """Return the output of *predict* for each text, or the error that this text alone raises.

    Failing texts are found by halving the batch. *parallel* are further arguments of *predict*,
    each with one value per text; *predict* must work without them, too.

    Raises:
        TransientError: *predict* fails on a plain sentence, too: the cause is the model.
    """
    if not texts:
        return []
    try:
        return list(predict(texts, *parallel))
    except Exception as error:  # noqa: BLE001  # any error of one text must not fail the others
        if len(texts) == 1:
            _check_model(predict)
            return [error]
    middle = len(texts) // 2
    first = predict_each(predict, texts[:middle], *(values[:middle] for values in parallel))
    return first + predict_each(predict, texts[middle:], *(values[middle:] for values in parallel))


def _check_model(predict: Callable[[Sequence[str]], object]) -> None:
    try:
        predict([PROBE_TEXT])
    except Exception as error:
        raise TransientError("the model fails on every text; restart the process") from error
