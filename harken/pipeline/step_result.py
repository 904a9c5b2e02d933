"""Result that every step returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Numbers of mentions, changes or emails that a step processed."""

    total: int = 0
    successes: int = 0
    failures: int = 0
