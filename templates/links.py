"""Where a page of the console stands; letters and pages make every link here."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from core.timestamps import iso


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below *base*: the console's URL in letters, the empty string within its pages."""

    base: str = ""

    def incident(self, number: int) -> str:
        """The page of incident *number*."""
        return f"{self.base}/incidents/{number}"

    def mention(self, ident: str) -> str:
        """The page of one mention, by its id."""
        return f"{self.base}/m/{quote(ident, safe='')}"

    def search(
        self, query: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> str:
        """The mentions of [start, end) that match *query*."""
        asked = {"q": query, "from": iso(start), "to": iso(end)}
        return f"{self.base}/?{urlencode({k: v for k, v in asked.items() if v})}"


def quoted(value: str) -> str:
    """*value* as the query language takes it after ``field:``."""
    return value if value.replace("-", "").replace("_", "").isalnum() else f'"{value}"'
