"""Every error Harken raises on purpose: the class says what the caller must do.

HarkenError
├── ConfigError         the operator must change a setting; exit status 2
├── QueryError          the reader must change the query; carries the column
├── TransientError      the same call may succeed later; carries ``retry_after``
└── PermanentError      it never will; the mention or letter is quarantined
"""


class HarkenError(Exception):
    """Base of all: ``except HarkenError`` catches whatever Harken raised on purpose."""


class ConfigError(HarkenError):
    """A setting is wrong. The message says where, which value, and what would be right."""


class QueryError(HarkenError):
    """A query cannot be understood.

    ``column`` counts characters from 0; ``hint`` is a query or word that would be right, or "".
    """

    def __init__(self, message: str, *, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.hint = hint


class TransientError(HarkenError):
    """It may work later. ``retry_after`` is in seconds; None where nobody said."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(HarkenError):
    """It will never work; the message says why, without the text of a mention."""
