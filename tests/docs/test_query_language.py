"""The examples of the page of the query language behave as it says."""

import re
from pathlib import Path

import pytest

from core.errors import QueryError
from indexer.index_tokens import MAX_TERM_LENGTH, index_words, term_positions
from indexer.query import parse
from indexer.query.fields import FIELDS
from indexer.query.matcher import matches
from indexer.query.parser import MAX_CHARACTERS, MAX_CLAUSES, MAX_LEVELS
from indexer.query.watch_query import compile_watch

TEXT = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
SUITABLE = {
    "acme": ("My ACME", "Acmes"),
    "acme battery": ("the battery of my acme", "the batteries of my acme"),
    '"acme battery"': ("my Acme battery", "the battery of my acme"),
    "acme OR globex": ("globex", "hooli"),
    "acme NOT street": ("acme", "acme street"),
    "acme -street": ("acme", "acme street"),
    'acme -"acme street"': ("acme in a street", "acme street"),
    "acme (battery OR charger)": ("charger of acme", "acme"),
}


def rows(heading):
    """The cells of the table under *heading*, without the heads of its columns."""
    section = TEXT[TEXT.index(f"## {heading}\n") :].partition("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    return [line.split(" | ") for line in lines[2:]]


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def holds(query, text):
    return matches(parse(query), term_positions(index_words(text)), {})


def test_every_query_of_words_matches_as_it_is_described():
    assert [quoted(cells[0])[0] for cells in rows("Words and phrases")] == list(SUITABLE)
    for query, (suitable, unsuitable) in SUITABLE.items():
        assert holds(query, suitable), query
        assert not holds(query, unsuitable), query


def test_words_are_as_they_are_described():
    assert holds("creme", "Crème brûlée")
    assert not holds("battery", "batteries")
    assert parse("a b OR c") == parse("(a b) OR c")
    assert parse("a or b") != parse("a OR b")
    for mark in ('"a b"', "“a b”", "„a b“", "«a b»", "»a b«"):
        assert parse(mark) == parse('"a b"')


def test_the_fields_and_their_values_are_those_of_the_language():
    table = {quoted(cells[0])[0]: cells for cells in rows("Fields")}
    assert set(table) == set(FIELDS)
    for name, (_, values, examples) in table.items():
        choices = FIELDS[name]
        assert choices is None or quoted(values) == [*choices]
        for example in quoted(examples):
            assert parse(example).name == name


@pytest.mark.parametrize("cells", rows("Errors"), ids=lambda cells: cells[0])
def test_an_error_is_as_the_page_says(cells):
    (query,), message, hint = quoted(cells[0]), cells[1], "".join(quoted(cells[2]))
    with pytest.raises(QueryError) as error:
        parse(query)
    assert message in str(error.value)
    assert error.value.hint == hint


@pytest.mark.parametrize("cells", rows("Watches"), ids=lambda cells: cells[0])
def test_a_query_of_a_watch_is_accepted_or_refused_as_the_page_says(cells):
    (query,), result = quoted(cells[0]), cells[1]
    if result == "accepted":
        assert compile_watch(query)
    else:
        with pytest.raises(QueryError):
            compile_watch(query)


def test_the_limits_are_those_of_the_parser():
    limits = re.findall(r"[\d,]+\d", TEXT[TEXT.index("## Limits") :])
    expected = (MAX_CHARACTERS, MAX_CLAUSES, MAX_LEVELS, MAX_TERM_LENGTH)
    assert [int(number.replace(",", "")) for number in limits] == list(expected)
