"""Rows of the REST API of WordPress, and the posts that they are.

Only a link and words are required: versions and plug-ins leave out or replace the other fields.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ValidationInfo

from core.crawl import Post
from crawlers.dates.reader import DateReading
from crawlers.formats.json_values import (
    NO_TIME,
    REQUIRED,
    Flag,
    RequiredText,
    Text,
    Time,
    text_of_value,
)
from crawlers.html_text import html_to_text
from crawlers.text import compose, edit_time
from crawlers.urls import canonical_url, host

POST_FIELDS: Final = "id,date_gmt,date,modified_gmt,link,guid,title,content,excerpt,author"
COMMENT_FIELDS: Final = "id,parent,author_name,date_gmt,date,link,content"
LINK_FIELDS: Final = "date_gmt,date,link"


class _Rendered(BaseModel):
    rendered: Text = ""
    protected: Flag = False


def _rendered_of_value(value: Any) -> Any:
    """Return the object of a field; plug-ins send its text alone, or nothing."""
    if isinstance(value, str):
        return {"rendered": value}
    return value if isinstance(value, dict) else {}


_Html = Annotated[_Rendered, BeforeValidator(_rendered_of_value)]


class _Dated(BaseModel):
    date_gmt: Time = NO_TIME  # WordPress sends UTC without a zone
    date: Time = NO_TIME  # of the site's clock; some rows have no other

    @property
    def publication(self) -> DateReading:
        """The first known date, else the first one that is stated."""
        dates = (self.date_gmt, self.date)
        return max(dates, key=lambda date: (date.at is not None, date.problem is not None))

    @property
    def at(self) -> datetime | None:
        """The time of publication in UTC, or None."""
        return self.publication.at


def _link_or_guid(value: Any, info: ValidationInfo) -> str:
    guid: _Rendered = info.data["guid"]
    return text_of_value(value) or guid.rendered


class PostRow(_Dated):
    """An article."""

    guid: _Html = _Rendered()
    link: Annotated[str, BeforeValidator(_link_or_guid), REQUIRED] = ""
    modified_gmt: Time = NO_TIME
    title: _Html = _Rendered()
    content: _Html = _Rendered()
    excerpt: _Html = _Rendered()
    author: Text = ""


class CommentRow(_Dated):
    """A comment."""

    id: RequiredText
    parent: Text = ""
    author_name: Text = ""
    link: RequiredText
    content: _Html = _Rendered()


class LinkRow(_Dated):
    """The link of an article or comment that exists."""

    link: RequiredText


def build_post(row: PostRow, url: str) -> Post:
    """Return the article of *row*, which stood on the page *url*."""
    return Post(
        uri=canonical_url(row.link),
        url=row.link,
        text=compose(html_to_text(row.title.rendered), _body(row)),
        platform=host(row.link) or host(url),
        author=f"user {row.author}" if row.author not in ("", "0") else None,
        published=row.at,
        date_problem=row.publication.problem,
        edited=edit_time(row.at, row.modified_gmt.at),
    )


def build_comment(row: CommentRow, url: str) -> Post:
    """Return the comment of *row*; quotes in it are words of the article or of others."""
    article, _, fragment = row.link.partition("#")
    link = row.link if fragment else f"{article}#comment-{row.id}"
    has_parent = row.parent not in ("", "0")
    return Post(
        uri=canonical_url(link),
        url=link,
        text=html_to_text(row.content.rendered, without="blockquote"),
        platform=host(row.link) or host(url),
        author=row.author_name or None,
        published=row.at,
        date_problem=row.publication.problem,
        parent=canonical_url(f"{article}#comment-{row.parent}" if has_parent else article),
    )


def _body(row: PostRow) -> str:
    """Return the text; a protected article has none, and its excerpt only says so."""
    is_protected = row.content.protected or row.excerpt.protected
    body = html_to_text(row.content.rendered)
    return body if body or is_protected else html_to_text(row.excerpt.rendered)
