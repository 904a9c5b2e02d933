"""Commands that only read print for people all that they print for scripts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.serializers import mention_row
from core.errors import QueryError
from core.mention import MentionState
from harken.commands.query import (
    _columns,
    _matches_mention,
    _mention_line,
    _parse_query,
)
from indexer.query import parse
from store import mentions
from tests.store.factories import begin, hear, heard


def test_an_unknown_number_is_an_empty_cell():
    assert _columns([{"a": None, "b": 0}], "a", "b") == [("", "0")]


# ---- the caret


def shown(query, capsys):
    """Return the lines on stderr."""
    with pytest.raises(QueryError):
        _parse_query(query)
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("query", ["acme AND (", "a OR", 'acme "x', "a) b", "topic:x sentimnt:y"])
def test_a_mistake_is_shown_where_it_stands(query, capsys):
    first, second = shown(query, capsys)
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert first == query
    assert second == " " * caught.value.column + "^"


def test_a_query_that_would_garble_the_screen_is_not_repeated(capsys):
    assert shown("\x1b[31m (", capsys) == []
    assert shown("a\nb (", capsys) == []


@given(st.text(max_size=30))
def test_what_is_understood_is_what_it_means(query):
    try:
        expected = parse(query)
    except QueryError:
        return
    assert _parse_query(query) == expected


# ---- mentions


@pytest.fixture
def mention(sqlite_record):
    """Factory of a mention with *text*, the only one in the database."""

    def make(text):
        with sqlite_record.write() as tx:
            begin(tx, "blog")
        hear(sqlite_record, heard("a", text))
        with sqlite_record.read() as tx:
            (found,) = mentions.all_mentions(tx)
        return found

    return make


def test_a_post_cannot_garble_the_screen(mention):
    """Escape codes, line ends and direction marks are removed."""
    line = _mention_line(mention("a\x1b[31mb\r\nc\u202ed\x07 " + "long " * 99))
    assert line.isprintable()
    assert len(line) < 160
    assert line.startswith("2026-03-02 12:00  pending")


def test_the_record_is_asked_as_the_index_is(mention):
    one = mention("Crème brûlée, 電池")
    for query in ("creme", '"creme brulee"', "電池", "-acme", "source:blog", "domain:blog.example"):
        assert _matches_mention(parse(query), one), query
    for query in ("brake", "-creme", "source:forum"):
        assert not _matches_mention(parse(query), one), query


def test_what_was_deleted_stands_among_all_mentions_without_its_words(mention):
    there = mention("The fork broke")
    gone = replace(there, state=MentionState.DELETED)
    assert _matches_mention(parse(""), gone)
    assert not _matches_mention(parse("fork"), gone)
    assert (mention_row(gone)["text"], mention_row(there)["text"]) == ("", "The fork broke")
