"""Reasons of failed runs as sentences."""

import pytest
from pydantic import BaseModel
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest

from core.errors import PermanentError
from crawlers.failure_reasons import reason_of
from crawlers.json_rows import parse_json_rows


class Comment(BaseModel):
    """A row with a required field."""

    id: int


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermanentError("not a feed: no root"), "not a feed: no root"),
        (CannotResolveHostError("DNS lookup failed"), "host name not found"),
        (TimeoutError(), "the crawl deadline passed"),
        (IgnoreRequest("max redirections reached"), "too many redirects"),
        (ValueError("could not read: PRIVATE WORDS"), "unexpected error ValueError"),
        (MemoryError(), "unexpected error MemoryError"),
    ],
)
def test_reason_of_an_error(error, reason):
    """Of an unexpected error only the class is named: its message may quote a text."""
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("PRIVATE", r"^not comments: invalid JSON \(JSONDecodeError\)$"),
        ("[" * 100_000, r"^not comments: invalid JSON \(RecursionError\)$"),
        ('{"code": "PRIVATE"}', "^not comments: JSON dict, expected an array$"),
        ('["PRIVATE", {}]', "^not comments: none of its 2 rows has the expected fields$"),
        (" ", "^not comments: the response is empty$"),
    ],
)
def test_invalid_rows_are_rejected_without_quoting_them(body, reason):
    with pytest.raises(PermanentError, match=reason):
        parse_json_rows(body, Comment, "comments")
