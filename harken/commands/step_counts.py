"""Counts of a step, as its command prints them."""

from typing import TYPE_CHECKING

from harken.commands.options import Invocation

if TYPE_CHECKING:
    from harken.pipeline.step_result import StepResult


def step_counts(step_result: "StepResult") -> dict[str, int]:
    """Return the counts under their keys in the JSON of a step."""
    return {
        "taken": step_result.total,
        "done": step_result.successes,
        "failed": step_result.failures,
    }


def print_step(verb: str, step_result: "StepResult", invocation: Invocation) -> None:
    """Print the counts of the step of *verb*."""
    result = step_counts(step_result)
    line = f"{verb}: {result['taken']} taken, {result['done']} done, {result['failed']} failed"
    invocation.print_result(verb, result, [line])
