"""Tasks of ``harken evaluate`` that are more than one head of the model.

A module here is one :class:`nlp.evaluation.task.Task`; its name is that of the task.
"""

from collections.abc import Iterable

from core import plugins
from nlp.model import STANDARD_HEADS


def task_names(heads: Iterable[str] = STANDARD_HEADS) -> list[str]:
    """Return the names of all tasks, sorted: the modules of this package and *heads*."""
    return sorted({*plugins.available(__name__), *STANDARD_HEADS, *heads})
