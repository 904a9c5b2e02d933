"""Exceptions that Harken raises on purpose; the class determines the reaction of the caller.

HarkenError
├── ConfigError             the operator must change a setting or a file; exit status 2
│   └── RowError            the operator must change one row of a labelled file (nlp.evaluation)
├── QueryError              the reader must change the query; carries the column; exit status 2
├── TransientError          the same call may succeed later; carries ``retry_after``
│   └── PauseError          a host must get no request for a while (crawlers.politeness)
├── WaitTimeoutError        a condition that a demo waits for did not come (demo.session)
└── PermanentError          the same call never succeeds; the mention or email is set aside
    ├── ClosedError         the server does not show the page to visitors (crawlers.failure_reasons)
    ├── ForbiddenError      robots.txt forbids the request (crawlers.robots)
    └── RefusedError        the address is not public (crawlers.ssrf_guard)

A step of the pipeline reacts to the class alone::

    try:
        channel.send(notification)
    except TransientError as error:
        reschedule(error.retry_after)
    except PermanentError as error:
        mark_failed(str(error))
"""

from typing import ClassVar

__all__ = ["ConfigError", "HarkenError", "PermanentError", "QueryError", "TransientError"]


class HarkenError(Exception):
    """Base of all: ``except HarkenError`` catches every exception that Harken raises on purpose."""

    exit_status: ClassVar[int] = 1  # of a command that ends with it; 2: a mistake in its input

    @property
    def explanation(self) -> str:
        """The message for a terminal, of one or more lines."""
        return str(self)


class ConfigError(HarkenError):
    """A wrong setting. The message holds its place, its value and what would be right."""

    exit_status: ClassVar[int] = 2


class QueryError(HarkenError):
    """A query with a syntax error or an unknown name.

    ``column`` counts characters from 0; ``hint`` is a query or word that would be right, or "".
    """

    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, *, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.hint = hint

    @property
    def explanation(self) -> str:
        """The message with its place, characters from 1, and a second line with the hint."""
        place = f"{self} (at character {self.column + 1})"
        return f"{place}\nDid you mean: {self.hint}" if self.hint else place


class TransientError(HarkenError):
    """A failure that may pass. ``retry_after`` is in seconds; None: no time was given."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(HarkenError):
    """A failure that stays. The message holds the reason, never the text of a mention."""
