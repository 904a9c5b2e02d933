"""A status of the Mastodon API, and the post that it is.

Only id, name and words are required. Relatives of Mastodon leave out what its documentation
promises, or send it as null, as "" or as another type.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationInfo

from core.crawl import Post
from core.role import Role
from crawlers.formats.json_values import (
    NO_TIME,
    OBJECT,
    OBJECTS,
    REQUIRED,
    Count,
    Flag,
    RequiredText,
    Text,
    Time,
    text_of_value,
)
from crawlers.html_text import html_to_text
from crawlers.text import language_code
from crawlers.urls import host

# A fallback link to a quoted post (Mastodon 4.5, Akkoma, Misskey), and quoted words.
_WORDS_OF_OTHERS = ".quote-inline, blockquote"


class _Account(BaseModel):
    acct: Text = ""
    username: Text = ""
    url: Text = ""
    bot: Flag = False
    noindex: Flag = False
    indexable: Flag = False


class _Media(BaseModel):
    description: Text = ""


class _PollOption(BaseModel):
    title: Text = ""


class _Poll(BaseModel):
    options: Annotated[list[_PollOption], OBJECTS] = []


def _uri_or_url(value: Any, info: ValidationInfo) -> str:
    return text_of_value(value) or info.data["url"]


class Status(BaseModel):
    """A row of a timeline."""

    id: RequiredText
    url: Text = ""
    uri: Annotated[str, BeforeValidator(_uri_or_url), REQUIRED] = ""  # the global name
    account: Annotated[_Account, OBJECT] = _Account()
    content: Text = ""
    spoiler_text: Text = ""
    created_at: Time = NO_TIME
    edited_at: Time = NO_TIME
    language: Text = ""
    replies_count: Count = None
    reblogs_count: Count = None
    favourites_count: Count = None
    media_attachments: Annotated[list[_Media], OBJECTS] = []
    poll: Annotated[_Poll, OBJECT] = _Poll()
    reblog: Annotated["Status | None", BeforeValidator(lambda value: value or None)] = None


def build_post(status: Status, url: str) -> Post:
    """Return the post of *status*, which stood on the page *url*."""
    account, _, instance = status.account.acct.removeprefix("@").partition("@")
    return Post(
        uri=status.uri,
        url=status.url or status.uri,
        text="\n\n".join(filter(None, _parts(status))),
        platform=instance or host(status.account.url) or host(url),
        author=account or status.account.username or None,
        published=status.created_at.at,
        date_problem=status.created_at.problem,
        edited=status.edited_at.at,
        language=language_code(status.language),
        author_role=Role.AUTOMATED if status.account.bot else None,
        engagement=_engagement(status),
    )


def _engagement(status: Status) -> dict[str, int]:
    """Return the counts that the server states."""
    counts = {
        "replies": status.replies_count,
        "reposts": status.reblogs_count,
        "likes": status.favourites_count,
    }
    return {name: count for name, count in counts.items() if count is not None}


def _parts(status: Status) -> Iterator[str]:
    """Yield the words of the author: warning, text, options of a poll, descriptions of media."""
    yield status.spoiler_text
    yield html_to_text(status.content, without=_WORDS_OF_OTHERS)
    yield "\n".join(option.title for option in status.poll.options if option.title)
    yield from (media.description for media in status.media_attachments)
