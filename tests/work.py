"""Work counted in executed lines: it grows with the input and not with the load of the machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_executed(function: Callable[[], object]) -> int:
    """Return how many lines of Python *function* executes, in every function that it calls."""
    count = 0

    def on_event(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return on_event

    outer = sys.gettrace()
    sys.settrace(on_event)
    try:
        function()
    finally:
        sys.settrace(outer)
    return count
