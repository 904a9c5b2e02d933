"""A forum in HTML: threads by newest activity, posts in the order of time."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from core.timestamps import format_utc
from demo.site.answer import SiteRequest, SiteResponse, page_rows, with_validators
from demo.site.html import page_html, post_html
from demo.timeline import Board, Entry, Timeline

THREADS_PER_PAGE: Final = 25  # on a page of the list
POSTS_PER_PAGE: Final = 20  # on a page of a thread
MAX_TITLE: Final = 70  # characters of the first post in the title of its thread

Threads = Mapping[str, Sequence[Entry]]


def respond(timeline: Timeline, board: Board, request: SiteRequest) -> SiteResponse | None:
    """Return the response of the forum *board*; None: it has no such address."""
    threads = _threads(board.until(request.now))
    match request.parts:
        case ("",):
            return _list(timeline, board, request, threads)
        case ("t", number) if number in threads:
            return _thread(timeline, board, request, threads[number])
        case ("p", number):
            return _post(board, [e for e in board.until(request.now) if str(e.number) == number])
        case _:
            return None


def _threads(entries: Sequence[Entry]) -> Threads:
    threads: dict[str, list[Entry]] = {}
    for entry in entries:
        threads.setdefault(str(entry.root), []).append(entry)
    return threads


def _list(
    timeline: Timeline, board: Board, request: SiteRequest, threads: Threads
) -> SiteResponse | None:
    newest = sorted(threads.values(), key=lambda t: (t[-1].published, t[-1].number), reverse=True)
    page = page_rows(newest, request.page(), THREADS_PER_PAGE)
    if page is None:
        return None
    board_url = f"{timeline.base}/{board.slug}/"
    rows = "\n".join(_row(board_url, thread) for thread in page)
    navigation = _pages(board_url, request.page(), len(newest), THREADS_PER_PAGE)
    body = f'<h1>{escape(board.name)}</h1>\n<ol class="threads">\n{rows}\n</ol>\n{navigation}'
    return with_validators(
        SiteResponse(body=page_html(board.name, body)), [thread[-1] for thread in page]
    )


def _row(board_url: str, thread: Sequence[Entry]) -> str:
    at = format_utc(thread[-1].published)
    return (
        f'<li class="thread"><a class="title" href="{board_url}t/{thread[0].root}">'
        f'{escape(_title(thread))}</a> <span class="posts">{len(thread)}</span> posts, '
        f'last <time datetime="{at}">{at}</time></li>'
    )


def _thread(
    timeline: Timeline, board: Board, request: SiteRequest, thread: Sequence[Entry]
) -> SiteResponse | None:
    page = page_rows(thread, request.page(), POSTS_PER_PAGE)
    if page is None:
        return None
    posts = "\n".join(post_html(e, anchor=f"p{e.number}", link=e.url) for e in page)
    thread_url = f"{timeline.base}/{board.slug}/t/{thread[0].root}"
    navigation = _pages(thread_url, request.page(), len(thread), POSTS_PER_PAGE)
    title = _title(thread)
    body = f'<nav><a href="{timeline.base}/{board.slug}/">{escape(board.name)}</a></nav>\n'
    body += f"<h1>{escape(title)}</h1>\n{posts}\n{navigation}"
    return with_validators(SiteResponse(body=page_html(title, body)), page)


def _post(board: Board, entries: Sequence[Entry]) -> SiteResponse | None:
    if not entries:
        return None
    posts = [post_html(e, anchor=f"p{e.number}", link=e.url) for e in entries]
    return with_validators(SiteResponse(body=page_html(board.name, "".join(posts))), entries)


def _pages(list_url: str, page: int, count: int, size: int) -> str:
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="{list_url}?page={page - 1}">previous</a>')
    if page * size < count:
        links.append(f'<a rel="next" href="{list_url}?page={page + 1}">next</a>')
        links.append(f'<a rel="last" href="{list_url}?page={-(-count // size)}">last</a>')
    return f'<nav class="pages">{" ".join(links)}</nav>'


def _title(thread: Sequence[Entry]) -> str:
    text = " ".join(thread[0].text.split())
    return text if len(text) <= MAX_TITLE else text[:MAX_TITLE] + "…"
