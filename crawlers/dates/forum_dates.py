"""Dates on a page of a forum, where CSS selectors find their texts."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from parsel import Selector

from crawlers.dates.reader import DateReader, DateReading
from crawlers.html_text import text_of


class PageDates:
    """Reader of the dates of *page*, fetched at *now*; *zone* is that of dates without one."""

    def __init__(
        self, page: Selector, selectors: Sequence[str], *, now: datetime, zone: tzinfo
    ) -> None:
        """Take the *selectors* of all dates of the page: they show the order of day and month."""
        samples = [text for selector in selectors for text in page.css(selector).getall()]
        language = page.xpath("/html/@lang").get("")
        self._reader = DateReader(now=now, zone=zone, language=language, samples=samples)

    def at(self, element: Selector, selector: str) -> DateReading:
        """Return the date at *selector* within *element*: of its first match alone."""
        texts = _texts(element, selector)
        readings = [self._reader.read(text) for text in texts or [""]]
        return next((reading for reading in readings if reading.at), readings[-1])


def _texts(element: Selector, selector: str) -> list[str]:
    """Return the texts that may be the date at the first match of *selector*, the best first.

    ``::text`` selects one node of text, but ``Yesterday`` and ``, 14:05`` are often two, and no
    part of a date may stand for it. So the whole element comes first.
    """
    owner_selector, _, kind = selector.rpartition("::")
    match = element.css(selector)[:1]
    if not match:
        return []
    if kind == "text" and (owner := element.css(owner_selector)[:1]):
        texts = [text_of(owner[0].root), match.get() or ""]
    elif isinstance(match[0].root, str):
        texts = [match[0].root]
    else:
        attributes = match[0].attrib
        texts = [attributes.get("datetime", ""), attributes.get("title", "")]
        texts.append(text_of(match[0].root))
    return [text.strip() for text in texts if text.strip()]
