"""Output of commands: one JSON object or aligned lines, never both, never broken JSON."""

import json
from datetime import UTC, datetime

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from core.incident import IncidentKind
from harken.commands.output import dumps, print_err, print_result, table

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
CELLS = st.text(st.characters(exclude_categories=("Z", "C")), max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_the_columns_of_a_table_stand_under_one_another(rows):
    lines = table(rows)
    assert len(lines) == len(rows)
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(3)]
    for line, row in zip(lines, rows, strict=True):
        padded = line.ljust(sum(widths) + 4)
        assert padded[: widths[0]].rstrip() == row[0]
        assert padded[widths[0] + widths[1] + 4 :].rstrip() == row[2]
        assert line == line.rstrip()


def test_a_table_of_nothing_is_nothing():
    assert table([]) == []


def shown(capsys, **said):
    print_result("verb", said.pop("result", {}), said.pop("lines", []), now=NOW, **said)
    return capsys.readouterr()


def test_json_is_one_object_that_says_of_which_verb_and_when(capsys):
    out = shown(capsys, result={"n": 1, "at_all": NOW}, lines=["for people"], as_json=True).out
    assert json.loads(out) == {
        "schema": 1,
        "verb": "verb",
        "ok": True,
        "at": "2026-11-22T06:00:00Z",
        "n": 1,
        "at_all": "2026-11-22T06:00:00Z",
    }
    assert out.count("\n") == 1


def test_people_get_the_lines_and_no_json(capsys):
    assert shown(capsys, result={"n": 1}, lines=["one", "two"], as_json=False).out == "one\ntwo\n"


def test_what_is_not_ok_is_shown_all_the_same_and_ends_with_1(capsys):
    with pytest.raises(typer.Exit) as ended:
        print_result("check", {"n": 1}, [], now=NOW, as_json=True, ok=False)
    assert ended.value.exit_code == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_talk_is_never_part_of_a_result(capsys):
    print_err("please wait")
    heard = capsys.readouterr()
    assert (heard.out, heard.err) == ("", "please wait\n")


def test_values_of_the_house_have_a_json_form():
    made = dumps({"at": NOW, "kind": IncidentKind.CRISIS, "ids": ("a", "b"), "one": frozenset("x")})
    assert json.loads(made) == {
        "at": "2026-11-22T06:00:00Z",
        "kind": "crisis",
        "ids": ["a", "b"],
        "one": ["x"],
    }


@given(st.text())
def test_any_text_survives_and_stays_on_its_line(text):
    assert json.loads(dumps(text)) == text
    assert "\n" not in dumps(text)


def test_what_has_no_json_form_is_named():
    with pytest.raises(TypeError, match="object has no JSON form"):
        dumps(object())
