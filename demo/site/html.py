"""The pages of blogs and forums in plain HTML; all posts are escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from core.timestamps import format_utc
from demo.site.answer import SiteResponse, with_validators
from demo.timeline import Board, Entry

MAX_POSTS: Final = 40  # mentions on one page, at most

_PAGE: Final = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
article{{border-top:1px solid #ccc;padding:.5rem 0}}header,nav{{color:#555;font-size:.9rem}}</style>
</head><body>
{body}
</body></html>
"""


def page_html(title: str, body: str) -> bytes:
    """Return a whole page; *body* is HTML, *title* is text."""
    return _PAGE.format(title=escape(title), body=body).encode()


def text_html(text: str) -> str:
    """Return *text* as HTML: an empty line separates paragraphs, a newline is a line break."""
    paragraphs = escape(text.replace("\r\n", "\n")).split("\n\n")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)


def post_html(entry: Entry, *, anchor: str, link: str) -> str:
    """Return one post as an article with its author, time and permalink."""
    author = escape(entry.author)
    at = format_utc(entry.published)
    return (
        f'<article id="{anchor}" data-author="{author}">\n'
        f'<header><b class="author">{author}</b> <time datetime="{at}">{at}</time> '
        f'<a class="permalink" rel="bookmark" href="{escape(link)}">#</a></header>\n'
        f'<div class="content">{text_html(entry.text)}</div>\n</article>'
    )


def article_page(board: Board, thread: Sequence[Entry]) -> SiteResponse | None:
    """Return an article of a blog with its newest comments; None: it is not public yet."""
    if not thread:
        return None
    posts = [*thread[:1], *thread[1:][-(MAX_POSTS - 1) :]]
    body = "\n".join(
        post_html(entry, anchor=f"comment-{entry.number}", link=entry.url) for entry in posts
    )
    page = page_html(board.name, f"<h1>{escape(board.name)}</h1>\n{body}")
    return with_validators(SiteResponse(body=page), posts)


def index_page(boards: Iterable[Board]) -> SiteResponse:
    """Return the front page: a list of all sites."""
    links = [
        f'<li><a href="/{board.slug}/{"feed.xml" if board.kind in ("rss", "atom") else ""}">'
        f"{escape(board.name)}</a> ({board.kind})</li>"
        for board in boards
    ]
    return with_validators(SiteResponse(body=page_html("Replay", f"<ul>{''.join(links)}</ul>")), ())
