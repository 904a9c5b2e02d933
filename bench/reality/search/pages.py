"""Addresses of the console, and what must hold of the answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi.testclient import TestClient
from parsel import Selector

from bench.reality.product import ProductError, call
from console.app import create_app
from console.context import AppContext

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """The answer to one address.

    Attributes:
        status: the HTTP status of the page.
        page: its HTML.
        twin: the JSON of the same search.
        search: returns the number of hits if another query stood in the address; None: refused.
    """

    status: int
    page: str
    twin: Row
    search: Callable[[str], int | None]

    @property
    def total(self) -> int:
        """The number of hits; 0 if the query was refused."""
        return int(self.twin.get("total", 0))

    @property
    def hint(self) -> str:
        """The query to try instead; empty: none."""
        return self.twin.get("hint") or ""


class Browser:
    """A person who reads the console of *desk*."""

    def __init__(self, desk: AppContext) -> None:
        self._client = TestClient(create_app(desk), base_url=desk.base_url)

    def get(self, address: str) -> PageAnswer:
        """Return the answer to *address*.

        Raises:
            ProductError: the console raised an exception.
        """
        page = call(self._client.get, address)
        return PageAnswer(
            status=page.status_code,
            page=page.text,
            twin=self._twin(address),
            search=lambda query: self._twin(address, query).get("total"),
        )

    def _twin(self, address: str, query: str | None = None) -> Row:
        answer = call(self._client.get, twin_address(address, query))
        row: Row = call(answer.json)
        return row


def twin_address(address: str, query: str | None) -> str:
    """Return where the JSON of the search at *address* is, with *query* in its place unless None.

    The last value of a parameter counts, as it does for the box.
    """
    parameters = dict(parse_qsl(urlsplit(address).query))
    if query is not None:
        parameters["q"] = query
    return "/search.json?" + urlencode(parameters)


def box(page: str) -> str | None:
    """Return the query that a browser shows in the search box of *page*; None: there is no box."""
    fields = Selector(text=page).css('input[name="q"]:not([type="hidden"])')
    if not fields:
        return None
    # Browsers remove line breaks.
    return fields[0].attrib.get("value", "").replace("\r", "").replace("\n", "")


def problems(case: Row, answer: PageAnswer) -> Iterator[str]:
    """Yield each demand of the row *case* that *answer* does not meet.

    Raises:
        ProductError: the console raised an exception.
    """
    for name, demand in _DEMANDS.items():
        if name in case:
            yield from demand(case[name], answer)


def judge(case: Row, browser: Browser) -> tuple[bool, str]:
    """Return whether the console answers the row *case* right, and its answer in short."""
    try:
        answer = browser.get(case["get"])
        mistakes = list(problems(case, answer))
    except ProductError as error:
        return False, str(error)
    message = answer.twin.get("error") or answer.twin.get("notes") or ""
    short = f"status {answer.status}, {answer.total} hits, hint {answer.hint!r}, {message!r}"
    return not mistakes, "; ".join([*mistakes, short])


def _status(status: int, answer: PageAnswer) -> Iterator[str]:
    if answer.status != status:
        yield f"the status is not {status}"


def _total_above(limit: int, answer: PageAnswer) -> Iterator[str]:
    if answer.total <= limit:
        yield f"there are not more than {limit} hits"


def _explanation(is_on: bool, answer: PageAnswer) -> Iterator[str]:  # noqa: FBT001 - the value of a row
    words = answer.twin.get("error") or answer.hint or answer.twin.get("notes")
    if is_on and not answer.total and not words:
        yield "no hits and no word about it"


def _no_such_hint(hint: str, answer: PageAnswer) -> Iterator[str]:
    if answer.hint == hint:
        yield f"the hint is {hint!r}"


def _useful_hint(is_on: bool, answer: PageAnswer) -> Iterator[str]:  # noqa: FBT001 - likewise
    if not is_on or answer.total:
        return
    if not answer.hint or not answer.search(answer.hint):
        yield f"the hint {answer.hint!r} has no hits"


def _same_box(is_on: bool, answer: PageAnswer) -> Iterator[str]:  # noqa: FBT001 - likewise
    if not is_on:
        return
    text = box(answer.page)
    hits = None if text is None else answer.search(text)
    if hits != answer.total:
        yield f"the address has {answer.total} hits, the box {text!r} {hits}"


def _absent_html(pattern: str, answer: PageAnswer) -> Iterator[str]:
    if re.search(pattern, answer.page):
        yield f"the page holds {pattern!r}"


_DEMANDS: Final[Mapping[str, Callable[[Any, PageAnswer], Iterator[str]]]] = {
    "status": _status,
    "total_above": _total_above,
    "told": _explanation,
    "hint_not": _no_such_hint,
    "hint_parses_and_finds": _useful_hint,
    "same_box": _same_box,
    "html_without": _absent_html,
}
