"""What the reading verbs say to people: nothing that scripts are told is kept from them."""

from dataclasses import replace
from datetime import UTC, datetime

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
    _status_lines,
)
from indexer.query import parse
from store import mentions
from tests.store.factories import begin, hear, heard

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
STATUS = {
    "mentions": {"pending": 3, "scored": 5, "unscored": 0, "quarantined": 1, "deleted": 2},
    "models": {"minilm 1a cpu bf16": 5},
    "replay": None,
    "index": {"engine": "tantivy", "docs": 9, "lag": 4},
    "outbox": {"due": 1, "sent": 7, "failed": 0},
    "coverage": {
        "sources": 6, "heard": 1, "late": ["blog"], "silent": ["forum", "wiki"], "forbidden": ["x"],
        "broken": ["y"], "gap": [],
    },
    "silences": [{"what": "smtp", "name": "smtp", "since": AT, "reason": "it does not answer"}],
    "calm": None,
    "processes": [{"name": "index", "pid": 77, "state": "failing", "since": AT, "beat": AT}],
}  # fmt: skip


def lines(**said):
    return "\n".join(_status_lines(STATUS | said))


def test_status_names_every_queue_process_and_unheard_source():
    told = lines()
    for words in ("3 pending", "5 scored", "1 quarantined", "1 of 6 up to date",
                  "changes behind: 4", "1 due, 7 sent", "late: blog", "silent: forum, wiki",
                  "forbidden: x", "broken: y",
                  "process index: failing, pid 77", "2026-11-22 06:00:00 UTC",
                  "not working: smtp smtp: it does not answer"):  # fmt: skip
        assert words in told
    assert "gap" not in told


@pytest.mark.parametrize(
    ("calm", "words"),
    [(None, "calm: unknown"), (True, "calm: yes"), (False, "calm: no, an incident")],
)
def test_calm_is_claimed_only_where_it_is_known(calm, words):
    assert lines(calm=calm).endswith(words) or words in lines(calm=calm).splitlines()[-1]


def test_status_is_silent_of_models_while_one_judged_all():
    assert "--again" not in lines()


def test_status_tells_whose_verdicts_stand_how_to_replay_and_how_many_still_wait():
    told = lines(models={"old": 7, "new": 2}, replay={"model": "new", "waiting": 6})
    assert "scores: 7 by old, 2 by new; `harken analyse --again`" in told
    assert "re-scoring: 6 left for new" in told


def test_an_unknown_number_is_an_empty_cell():
    assert _columns([{"a": None, "b": 0}], "a", "b") == [("", "0")]


# ---- the caret


def shown(query, capsys):
    """What is said before the mistake is told."""
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
    """The one that the record holds, with *text*."""

    def make(text):
        with sqlite_record.write() as tx:
            begin(tx, "blog")
        hear(sqlite_record, heard("a", text))
        with sqlite_record.read() as tx:
            (found,) = mentions.all_mentions(tx)
        return found

    return make


def test_a_post_cannot_garble_the_screen(mention):
    """Escape codes, line ends and marks that turn the direction are taken out of a line."""
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
