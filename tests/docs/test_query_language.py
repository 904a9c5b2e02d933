"""The examples of the page of the query language give the documented results."""

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
    """Return the rows of the table under *heading*, without the column heads."""
    section = TEXT[TEXT.index(f"## {heading}\n") :].partition("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    return [line.split(" | ") for line in lines[2:]]


def code_spans(cell):
    return re.findall(r"`([^`]+)`", cell)


def is_match(query, text):
    return matches(parse(query), term_positions(index_words(text)), {})


def test_queries_of_words_match_as_documented():
    assert [code_spans(cells[0])[0] for cells in rows("Words and phrases")] == list(SUITABLE)
    for query, (suitable, unsuitable) in SUITABLE.items():
        assert is_match(query, suitable), query
        assert not is_match(query, unsuitable), query


def test_words_are_compared_as_documented():
    assert is_match("creme", "Crème brûlée")
    assert not is_match("battery", "batteries")
    assert parse("a b OR c") == parse("(a b) OR c")
    assert parse("a or b") != parse("a OR b")
    for mark in ('"a b"', "“a b”", "„a b“", "«a b»", "»a b«"):
        assert parse(mark) == parse('"a b"')


def test_fields_and_values_are_documented():
    table = {code_spans(cells[0])[0]: cells for cells in rows("Fields")}
    assert set(table) == set(FIELDS)
    for name, (_, values, examples) in table.items():
        choices = FIELDS[name]
        assert choices is None or code_spans(values) == [*choices]
        for example in code_spans(examples):
            assert parse(example).name == name


@pytest.mark.parametrize("cells", rows("Errors"), ids=lambda cells: cells[0])
def test_error_is_documented(cells):
    (query,), message, hint = code_spans(cells[0]), cells[1], "".join(code_spans(cells[2]))
    with pytest.raises(QueryError) as error:
        parse(query)
    assert message in str(error.value)
    assert error.value.hint == hint


@pytest.mark.parametrize("cells", rows("Watches"), ids=lambda cells: cells[0])
def test_query_of_a_watch_is_accepted_or_rejected_as_documented(cells):
    (query,), result = code_spans(cells[0]), cells[1]
    if result == "accepted":
        assert compile_watch(query)
    else:
        with pytest.raises(QueryError):
            compile_watch(query)


def test_limits_of_the_parser_are_documented():
    limits = re.findall(r"[\d,]+\d", TEXT[TEXT.index("## Limits") :])
    expected = (MAX_CHARACTERS, MAX_CLAUSES, MAX_LEVELS, MAX_TERM_LENGTH)
    assert [int(number.replace(",", "")) for number in limits] == list(expected)
