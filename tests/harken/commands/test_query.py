"""Output of the commands that only read: sources, queries and mentions."""

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


def test_kinds_of_sources_have_their_options():
    lines = []
    for item in kind_output(kind_rows()):
        lines += plain_lines(item) if isinstance(item, Table) else [item]
    text = "\n".join(lines)
    assert lines[0].startswith("feed: An RSS, Atom or JSON feed")
    assert "tested with recorded answers; limits: " in lines[1]
    cells = [" ".join(line.split()) for line in lines]
    url = "https://blog.example.org/feed.xml"
    assert f"url text required {url} Address of the feed." in cells
    assert "tag text acme Only posts with this hashtag, without #." in cells
    assert "local true or false false Only posts written on this instance." in cells
    assert "None" not in text


# ---- the caret


def error_lines(query, capsys):
    """Return the lines on stderr."""
    with pytest.raises(QueryError):
        _parse_query(query)
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("query", ["acme AND (", "a OR", 'acme "x', "a) b", "topic:x sentimnt:y"])
def test_caret_is_below_the_mistake(query, capsys):
    first, second = error_lines(query, capsys)
    with pytest.raises(QueryError) as error:
        parse(query)
    assert first == query
    assert second == " " * error.value.column + "^"


def test_query_with_terminal_codes_is_not_printed(capsys):
    assert error_lines("\x1b[31m (", capsys) == []
    assert error_lines("a\nb (", capsys) == []


@given(st.text(max_size=30))
def test_valid_query_is_parsed_unchanged(query):
    try:
        query_tree = parse(query)
    except QueryError:
        return
    assert _parse_query(query) == query_tree


# ---- mentions


@pytest.fixture
def make_mention(sqlite_record):
    """Return a function that stores one mention with a text and returns it."""

    def make(text):
        with sqlite_record.write() as tx:
            add_sources(tx, "blog")
        store_page(sqlite_record, crawled_post("a", text))
        with sqlite_record.read() as tx:
            (row,) = mentions.all_mentions(tx)
        return row

    return make


HOSTILE = "a\x1b[31mb\r\nc\u202ed\x07 [red]e[/red] " + "long " * 99


def test_mention_for_scripts_is_one_line_with_link_id_and_full_text(make_mention):
    """Escape codes, line ends and direction marks are removed; nothing is cut off."""
    one = make_mention(HOSTILE)
    header, line = plain_lines(mention_table([one]))
    assert header.split() == ["published", "(UTC)", "sentiment", "source", "id", "link", "text"]
    assert line.isprintable()
    assert line.startswith("2026-03-02 12:00  pending    blog    ")
    assert f"{one.id}  {one.url}  a b cd [red]e[/red] long" in line
    assert line.count("long") == 99


def test_terminal_shows_the_start_of_a_long_text_and_its_link(make_mention, monkeypatch):
    monkeypatch.setattr(listings.sys.stdout, "isatty", lambda: True, raising=False)
    one = make_mention(HOSTILE)
    ((_, _, source, (text, link, ident)),) = mention_table([one]).rows
    assert (source, link, ident) == ("blog", one.url, one.id)
    assert text.endswith(" …")
    assert len(text) < 410


def test_text_of_a_deleted_mention_is_not_shown(make_mention):
    deleted_mention = replace(make_mention("The fork broke"), state=MentionState.DELETED)
    assert "fork" not in plain_lines(mention_table([deleted_mention]))[1]


ROWS = [
    {"name": "blog", "state": "ok", "reason": None, "undated": {"missing": 1, "shared": 6}},
    {"name": "wiki", "state": "failed", "reason": "timed out", "undated": {}},
]


def test_reason_is_a_column_for_scripts_and_a_line_on_a_terminal(monkeypatch):
    columns = {"name": "source", "state": "state"}
    (table,) = source_table(ROWS, columns)
    assert plain_lines(table)[1:] == ["blog    ok      7", "wiki    failed  0        timed out"]
    monkeypatch.setattr(listings.sys.stdout, "isatty", lambda: True, raising=False)
    table, *lines = source_table(ROWS, columns)
    assert table.columns == ["source", "state", "undated"]
    assert lines == [
        "wiki: timed out",
        "blog: 7 posts without a known date (missing 1, shared 6), in no count of a time",
    ]


def test_mentions_command_matches_like_the_index(make_mention):
    one = make_mention("Crème brûlée, 電池")
    for query in ("creme", '"creme brulee"', "電池", "-acme", "source:blog", "domain:blog.example"):
        assert _matches_mention(parse(query), one), query
    for query in ("brake", "-creme", "source:forum"):
        assert not _matches_mention(parse(query), one), query


def test_deleted_mention_matches_the_empty_query_only(make_mention):
    live_mention = make_mention("The fork broke")
    deleted_mention = replace(live_mention, state=MentionState.DELETED)
    assert _matches_mention(parse(""), deleted_mention)
    assert not _matches_mention(parse("fork"), deleted_mention)
    assert (mention_row(deleted_mention)["text"], mention_row(live_mention)["text"]) == (
        "",
        "The fork broke",
    )
