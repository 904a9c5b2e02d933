"""Work in executed lines, which does not depend on the load of the machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_executed(function: Callable[[], object]) -> int:
    """Return the number of Python lines that *function* executes, including those it calls."""
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
