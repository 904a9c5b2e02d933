"""Which watches does a text concern? Asked once for every post of a crawl."""

from collections.abc import Mapping, Sequence

from core.errors import ConfigError, QueryError
from core.watch import Watch
from indexer.index_tokens import index_words, places
from indexer.query import Query
from indexer.query.matcher import matches
from indexer.query.watch_query import anchors, compile_watch


class Percolator:
    """All watches, compiled once; a text costs its own words and the few watches that share one.

    Raises:
        ConfigError: the query of a watch cannot be used; the message names the watch.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._by_anchor: dict[str, list[tuple[Watch, Query]]] = {}
        for watch in watches:
            query = _compiled(watch)
            for word in anchors(query) or ():
                self._by_anchor.setdefault(word, []).append((watch, query))

    def match(self, text: str) -> Mapping[str, str]:
        """Slug -> revision of each watch that *text* concerns, sorted by slug."""
        where = places(index_words(text))
        found = {
            watch.slug: watch.revision
            for word in where
            for watch, query in self._by_anchor.get(word, ())
            if matches(query, where, {})
        }
        return dict(sorted(found.items()))


def _compiled(watch: Watch) -> Query:
    try:
        return compile_watch(watch.query)
    except QueryError as error:
        message = f"watch {watch.slug!r}: query, character {error.column + 1}: {error}"
        raise ConfigError(message) from error
