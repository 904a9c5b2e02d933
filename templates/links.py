"""URLs of the pages of the console, for emails and pages."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from core.timestamps import format_utc


@dataclass(frozen=True, slots=True)
class Links:
    """URLs below ``base``: the URL of the console in emails, the empty string in its pages."""

    base: str = ""

    def incident(self, incident_id: int) -> str:
        """Return the URL of the page of an incident."""
        return f"{self.base}/incidents/{incident_id}"

    def mention(self, mention_id: str) -> str:
        """Return the URL of the page of a mention."""
        return f"{self.base}/m/{quote(mention_id, safe='')}"

    def sources(self) -> str:
        """Return the URL of the page of sources."""
        return f"{self.base}/sources"

    def search(
        self, query: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> str:
        """Return the URL of the search for *query* in [start, end)."""
        params = {"q": query, "from": format_utc(start), "to": format_utc(end)}
        return f"{self.base}/?{urlencode({k: v for k, v in params.items() if v})}"


def quote_value(value: str) -> str:
    """Return *value* as the value of a ``field:`` in a query, in quotes if necessary."""
    return value if value.replace("-", "").replace("_", "").isalnum() else f'"{value}"'
