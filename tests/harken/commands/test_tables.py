"""Tables: aligned and complete for scripts, wrapped and without codes on a terminal."""

import io
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from harken.commands.tables import Table, fact_list, plain_lines, print_output

CELLS = st.text(st.characters(exclude_categories=("Z", "C")), max_size=6)
FOREIGN = "[red]x[/red] \x1b[31mred\x1b[0m \x1b]8;;http://evil\x07a\x07 \x9b31m :smile: \u202e"


class Terminal(io.StringIO):
    """Stdout that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def print_to_terminal(monkeypatch):
    """Return a function that prints to a terminal of so many columns and returns the output."""

    def show(*items, columns=80):
        terminal = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            patch.setenv("COLUMNS", str(columns))
            patch.setenv("TERM", "xterm-256color")
            print_output(items)
        return terminal.getvalue()

    return show


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_columns_of_a_table_are_aligned(rows):
    lines = plain_lines(Table(columns=("a", "b", "c"), rows=rows))
    assert len(lines) == len(rows) + 1
    widths = [max(map(cell_len, column)) for column in zip("abc", *rows, strict=True)]
    for line, row in zip(lines, ["abc", *rows], strict=True):
        padded_row = "".join(
            cell + " " * (width + 2 - cell_len(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        assert line == padded_row.rstrip()


def test_table_without_rows_and_header_is_empty():
    assert plain_lines(Table(columns=("a",), rows=[], has_header=False)) == []


def test_none_is_an_empty_cell_and_zero_is_a_number():
    table = Table(columns=("a", "b"), rows=[(None, 0)], has_header=False)
    assert plain_lines(table) == ["  0"]


def test_scripts_get_one_full_line_per_row_without_colours(capsys):
    long = "word " * 400
    print_output([Table(columns=("state", "text"), rows=[("failed", long), ("ok", ("a", "b"))])])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["state   text", f"failed  {long.rstrip()}", "ok      a b"]


def test_terminal_wraps_every_word_to_its_width(print_to_terminal):
    words = [f"word{n}" for n in range(60)]
    output = print_to_terminal(
        Table(columns=("n", "text"), rows=[("1", " ".join(words))]), columns=40
    )
    assert len(output.splitlines()) > 10
    assert all(cell_len(line) <= 40 for line in re.sub(r"\x1b\[\d*m", "", output).splitlines())
    assert [word for word in output.split() if word.startswith("word")] == words


def test_long_word_is_folded_and_not_cut(print_to_terminal):
    link = "https://example.org/" + "abc" * 40
    table = Table(columns=("link",), rows=[(link,)], has_header=False)
    assert "".join(print_to_terminal(table, columns=30).split()) == link


def test_states_have_colours_on_a_terminal_only(print_to_terminal, capsys):
    table = Table(columns=("state",), rows=[("failed",)], has_header=False)
    assert "\x1b[31mfailed" in print_to_terminal(table)
    print_output([table])
    assert capsys.readouterr().out == "failed\n"


def test_markup_is_printed_as_text_and_codes_are_removed(print_to_terminal, capsys):
    table = Table(columns=("text",), rows=[(FOREIGN,), ((FOREIGN, "b"),)], has_header=False)
    for output in (print_to_terminal(table, FOREIGN), _plain_output(capsys, table, FOREIGN)):
        assert output.count("[red]x[/red]") == 3
        assert output.count(":smile:") == 3
        assert "evil" not in output
        assert {c for c in output if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def _plain_output(capsys, *items):
    print_output(items)
    return capsys.readouterr().out


def test_facts_are_lines_for_scripts_and_columns_on_a_terminal(monkeypatch):
    lines = ["calm: yes", "index: tantivy, changes behind: 0"]
    assert fact_list(lines) == lines
    monkeypatch.setattr(sys, "stdout", Terminal())
    (table,) = fact_list(lines)
    assert table.rows == [("calm", "yes"), ("index", "tantivy, changes behind: 0")]
