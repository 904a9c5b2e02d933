"""Result of one check."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.errors import ConfigError, HarkenError


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Result of one check; its fields are the keys of ``check`` in JSON."""

    what: str
    ok: bool
    told: str
    misconfigured: bool = False
    warning: bool = False  # it works, but perhaps not as intended
    posts: int | None = None  # of a source; None: not fetched
    newest: datetime | None = None  # publication of its newest post
    matches: int | None = None  # its posts that match a watch


def run_check(what: str, probe: Callable[[], str]) -> CheckResult:
    """Return the sentence that *probe* returns, or the error that it raises."""
    try:
        return CheckResult(what=what, ok=True, told=probe())
    except HarkenError as error:
        is_misconfigured = isinstance(error, ConfigError)
        return CheckResult(what=what, ok=False, told=str(error), misconfigured=is_misconfigured)


def warning(what: str, message: str) -> CheckResult:
    """Return a warning, which is no failure."""
    return CheckResult(what=what, ok=True, told=message, warning=True)
