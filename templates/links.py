"""Where a page of the console stands; letters and pages make every link here."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from core.timestamps import format_utc


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below *base*: the console's URL in letters, the empty string within its pages."""

    base: str = ""

    def incident(self, incident_id: int) -> str:
        """The page of incident *number*."""
        return f"{self.base}/incidents/{incident_id}"

    def mention(self, mention_id: str) -> str:
        """The page of one mention, by its id."""
        return f"{self.base}/m/{quote(mention_id, safe='')}"

    def search(
        self, query: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> str:
        """The mentions of [start, end) that match *query*."""
        params = {"q": query, "from": format_utc(start), "to": format_utc(end)}
        return f"{self.base}/?{urlencode({k: v for k, v in params.items() if v})}"


def quote_value(value: str) -> str:
    """*value* as the query language takes it after ``field:``."""
    return value if value.replace("-", "").replace("_", "").isalnum() else f'"{value}"'
