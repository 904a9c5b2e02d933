"""The words of a feed's entry: its title, its text and the descriptions of its media.

feedparser gives one value for elements of different names. A second description, as
``itunes:summary``, is an item of ``content`` with type ``text/plain``.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from crawlers.html_text import html_to_text, plain_to_text
from crawlers.text import compose
from crawlers.words.markup import is_html, is_html_block
from crawlers.words.placeholders import is_placeholder

_PLAIN: Final = "text/plain"
_XHTML: Final = "application/xhtml+xml"
_MEDIA_ROLE: Final = "harken:description"
_MEDIA_TAG: Final = re.compile(r"<(/?)media:description(?=[\s/>])")
_LINE_BREAK: Final = re.compile(r"[ \t\r]*\n\s*")
_START: Final = 60  # characters by which two versions of one text are recognised
# The last line of WordPress feeds: "The post TITLE appeared first on SITE", in all languages.
_FOOTER: Final = re.compile(
    r"""<p>[^<]{0,80}<a\s[^>]*href=["'](?P<link>[^"']+)["'][^>]*>[^<]*</a>
    [^<]{0,80}<a\s[^>]*>[^<]*</a>[^<]{0,20}</p>\s*\Z""",
    re.VERBOSE,
)


def keep_media_descriptions(xml: str) -> str:
    """Return the feed *xml* with all ``media:description`` of an entry where they survive.

    feedparser takes each for the description of the entry, and the last one wins. Of ``credit`` it
    keeps all: a credit with the role ``_MEDIA_ROLE`` is a description.
    """
    return _MEDIA_TAG.sub(
        lambda tag: "</media:credit" if tag[1] else f'<media:credit role="{_MEDIA_ROLE}"', xml
    )


def is_comment(entry: Any, link: str) -> bool:
    """Return True if *entry*, whose page is *link*, answers another post."""
    return "#comment-" in link or bool(entry.get("thr_in-reply-to"))


def entry_text(entry: Any, link: str, *, is_atom: bool) -> str:
    """Return the text of *entry*, whose page is *link*.

    Text is taken for HTML where Atom declares it so, and in RSS where it has tags or entities. Of a
    comment the title names only the author and the article, and quotes are of other authors.
    """
    is_answer = is_comment(entry, link)
    main, *others = _values(entry, is_atom=is_atom)
    body = _words(_without_footer(main, link), is_atom=is_atom, is_answer=is_answer)
    for value in (*others, *_media_descriptions(entry)):
        body = join_versions(body, _words(value, is_atom=is_atom, is_answer=is_answer))
    for title in _enclosure_titles(entry):
        body = join_versions(body, plain_to_text(title))
    if (is_answer and body) or is_placeholder(body):
        return body
    title_value = entry.get("title_detail") or {"value": entry.get("title")}
    return compose(_LINE_BREAK.sub(" ", _words(title_value, is_atom=is_atom)), body)


def _values(entry: Any, *, is_atom: bool) -> list[Any]:
    """Return the value and type of the text, then those of further descriptions."""
    contents = [c for c in entry.get("content") or [] if _value(c)]
    summary = entry.get("summary_detail") or {"value": entry.get("summary")}
    if not contents:
        return [summary]
    is_described = not is_atom and _value(summary) and contents[0].get("type") == _PLAIN
    return [summary, *contents] if is_described else contents


def _media_descriptions(entry: Any) -> Iterator[dict[str, str]]:
    for credit in entry.get("media_credit") or []:
        if credit.get("role") == _MEDIA_ROLE:
            yield {"value": _value(credit, "content")}


def _words(detail: Any, *, is_atom: bool, is_answer: bool = False) -> str:
    value, media_type = _value(detail), detail.get("type")
    is_text = is_atom and media_type == _PLAIN and not is_html_block(value)
    if media_type != _XHTML and (is_text or not is_html(value)):
        return plain_to_text(value)
    return html_to_text(value, without="blockquote" if is_answer else "")


def _without_footer(detail: Any, link: str) -> Any:
    value = _value(detail)
    footer = _FOOTER.search(value)
    if footer is None or footer["link"].partition("?")[0] != link.partition("?")[0]:
        return detail
    return {**detail, "value": value[: footer.start()]}


def join_versions(body: str, words: str) -> str:
    """Return both texts, or one if they are two versions of one text."""
    one, other = " ".join(body.split()), " ".join(words.split())
    if other[:_START] in one:
        return body
    return words if one[:_START] in other else f"{body}\n\n{words}"


def _enclosure_titles(entry: Any) -> Iterator[str]:
    links: Iterable[Any] = entry.get("links") or []
    yield from (_value(link, "title") for link in links if link.get("rel") == "enclosure")


def _value(fields: Any, name: str = "value") -> str:
    """Return a field as text; feedparser leaves some out and sets others to None."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""
