"""A forum in HTML: threads by their newest activity, posts as they were written."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from core.timestamps import iso
from demo.site.answer import Answer, Ask, page_of, stamped
from demo.site.html import page_html, post_html
from demo.timeline import Board, Entry, Replay

THREADS: Final = 25  # on a page of the list
POSTS: Final = 20  # on a page of a thread
TITLE: Final = 70  # characters of the first post that stand for the thread

Threads = Mapping[str, Sequence[Entry]]


def answer(replay: Replay, board: Board, ask: Ask) -> Answer | None:
    """What the forum *board* says; None where it has nothing at that address."""
    threads = _threads(board.until(ask.now))
    match ask.parts:
        case ("",):
            return _list(replay, board, ask, threads)
        case ("t", number) if number in threads:
            return _thread(replay, board, ask, threads[number])
        case ("p", number):
            return _post(board, [e for e in board.until(ask.now) if str(e.number) == number])
        case _:
            return None


def _threads(shown: Sequence[Entry]) -> Threads:
    found: dict[str, list[Entry]] = {}
    for entry in shown:
        found.setdefault(str(entry.root), []).append(entry)
    return found


def _list(replay: Replay, board: Board, ask: Ask, threads: Threads) -> Answer | None:
    newest = sorted(threads.values(), key=lambda t: (t[-1].published, t[-1].number), reverse=True)
    page = page_of(newest, ask.page(), THREADS)
    if page is None:
        return None
    here = f"{replay.base}/{board.slug}/"
    rows = "\n".join(_row(here, thread) for thread in page)
    more = _pages(here, ask.page(), len(newest), THREADS)
    body = f'<h1>{escape(board.name)}</h1>\n<ol class="threads">\n{rows}\n</ol>\n{more}'
    return stamped(Answer(body=page_html(board.name, body)), [thread[-1] for thread in page])


def _row(here: str, thread: Sequence[Entry]) -> str:
    at = iso(thread[-1].published)
    return (
        f'<li class="thread"><a class="title" href="{here}t/{thread[0].root}">'
        f'{escape(_title(thread))}</a> <span class="posts">{len(thread)}</span> posts, '
        f'last <time datetime="{at}">{at}</time></li>'
    )


def _thread(replay: Replay, board: Board, ask: Ask, thread: Sequence[Entry]) -> Answer | None:
    page = page_of(thread, ask.page(), POSTS)
    if page is None:
        return None
    posts = "\n".join(post_html(e, anchor=f"p{e.number}", link=e.url) for e in page)
    here = f"{replay.base}/{board.slug}/t/{thread[0].root}"
    more = _pages(here, ask.page(), len(thread), POSTS)
    title = _title(thread)
    body = f'<nav><a href="{replay.base}/{board.slug}/">{escape(board.name)}</a></nav>\n'
    body += f"<h1>{escape(title)}</h1>\n{posts}\n{more}"
    return stamped(Answer(body=page_html(title, body)), page)


def _post(board: Board, found: Sequence[Entry]) -> Answer | None:
    if not found:
        return None
    posts = [post_html(e, anchor=f"p{e.number}", link=e.url) for e in found]
    return stamped(Answer(body=page_html(board.name, "".join(posts))), found)


def _pages(here: str, page: int, count: int, size: int) -> str:
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="{here}?page={page - 1}">previous</a>')
    if page * size < count:
        links.append(f'<a rel="next" href="{here}?page={page + 1}">next</a>')
        links.append(f'<a rel="last" href="{here}?page={-(-count // size)}">last</a>')
    return f'<nav class="pages">{" ".join(links)}</nav>'


def _title(thread: Sequence[Entry]) -> str:
    text = " ".join(thread[0].text.split())
    return text if len(text) <= TITLE else text[:TITLE] + "…"
