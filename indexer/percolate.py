"""The watches that a text matches, computed once for every post of a crawl."""

from collections.abc import Mapping, Sequence

from core.errors import ConfigError, QueryError
from core.watch import Watch
from indexer.index_tokens import index_words, term_positions
from indexer.query import Query
from indexer.query.matcher import matches
from indexer.query.watch_query import compile_watch, required_terms


class Percolator:
    """All watches, compiled once.

    A match costs the words of the text and the few watches that share a required word with it.

    Raises:
        ConfigError: the query of a watch cannot be used; the message names the watch.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._by_required_term: dict[str, list[tuple[Watch, Query]]] = {}
        for watch in watches:
            query = _compile(watch)
            for term in required_terms(query) or ():
                self._by_required_term.setdefault(term, []).append((watch, query))

    def match(self, text: str) -> Mapping[str, str]:
        """Return slug -> revision of each watch that *text* matches, sorted by slug."""
        positions = term_positions(index_words(text))
        revisions = {
            watch.slug: watch.revision
            for word in positions
            for watch, query in self._by_required_term.get(word, ())
            if matches(query, positions, {})
        }
        return dict(sorted(revisions.items()))


def _compile(watch: Watch) -> Query:
    try:
        return compile_watch(watch.query)
    except QueryError as error:
        message = f"watch {watch.slug!r}: query, character {error.column + 1}: {error}"
        raise ConfigError(message) from error
