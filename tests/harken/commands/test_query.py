"""Commands that only read print for people all that they print for scripts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.serializers import mention_row
from core.errors import QueryError
from core.mention import MentionState
from harken.commands import listings
from harken.commands.listings import kind_output, mention_table, source_table
from harken.commands.query import _matches_mention, _parse_query
from harken.commands.tables import Table, plain_lines
from harken.source_kinds import kind_rows
from indexer.query import parse
from store import mentions
from tests.store.factories import add_sources, crawled_post, store_page


def test_kinds_of_sources_are_printed_with_their_options():
    lines = []
    for item in kind_output(kind_rows()):
        lines += plain_lines(item) if isinstance(item, Table) else [item]
    text = "\n".join(lines)
    assert lines[0].startswith("feed: An RSS or Atom feed")
    assert "tested with recorded answers; limits: " in lines[1]
    cells = [" ".join(line.split()) for line in lines]
    url = "https://blog.example.org/feed.xml"
    assert f"url text required {url} Address of the feed." in cells
    assert "tag text acme Only posts with this hashtag, without #." in cells
    assert "local true or false false Only posts written on this instance." in cells
    assert "None" not in text


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
            add_sources(tx, "blog")
        store_page(sqlite_record, crawled_post("a", text))
        with sqlite_record.read() as tx:
            (found,) = mentions.all_mentions(tx)
        return found

    return make


HOSTILE = "a\x1b[31mb\r\nc\u202ed\x07 [red]e[/red] " + "long " * 99


def test_a_row_for_scripts_is_one_line_with_the_link_the_id_and_the_whole_text(mention):
    """Escape codes, line ends and direction marks are removed; nothing is cut off."""
    one = mention(HOSTILE)
    header, line = plain_lines(mention_table([one]))
    assert header.split() == ["published", "(UTC)", "sentiment", "source", "id", "link", "text"]
    assert line.isprintable()
    assert line.startswith("2026-03-02 12:00  pending    blog    ")
    assert f"{one.id}  {one.url}  a b cd [red]e[/red] long" in line
    assert line.count("long") == 99


def test_a_terminal_gets_the_start_of_a_long_text_and_its_link(mention, monkeypatch):
    monkeypatch.setattr(listings.sys.stdout, "isatty", lambda: True, raising=False)
    one = mention(HOSTILE)
    ((_, _, source, (text, link, ident)),) = mention_table([one]).rows
    assert (source, link, ident) == ("blog", one.url, one.id)
    assert text.endswith(" …")
    assert len(text) < 410


def test_the_text_of_a_deleted_mention_is_never_shown(mention):
    gone = replace(mention("The fork broke"), state=MentionState.DELETED)
    assert "fork" not in plain_lines(mention_table([gone]))[1]


ROWS = [
    {"name": "blog", "state": "ok", "reason": None},
    {"name": "wiki", "state": "failed", "reason": "timed out"},
]


def test_scripts_get_the_reason_as_a_column_and_a_terminal_as_a_line(monkeypatch):
    columns = {"name": "source", "state": "state"}
    (table,) = source_table(ROWS, columns)
    assert plain_lines(table)[1:] == ["blog    ok", "wiki    failed  timed out"]
    monkeypatch.setattr(listings.sys.stdout, "isatty", lambda: True, raising=False)
    table, line = source_table(ROWS, columns)
    assert table.columns == ["source", "state"]
    assert line == "wiki: timed out"


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
