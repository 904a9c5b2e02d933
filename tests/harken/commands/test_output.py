"""Output of commands: one JSON object or aligned lines, never both, never broken JSON."""

import json
from datetime import UTC, datetime

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from core.incident import IncidentKind
from harken.commands.output import dumps, print_err, print_result

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


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


def test_lines_of_a_result_cannot_garble_the_screen(capsys):
    out = shown(capsys, lines=["a\x1b[2Jb \x9b2J"], as_json=False).out
    assert out == "a b  2J\n"


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


@pytest.mark.parametrize("character", ["\x9b", "\x7f", "\u202e", "\u2028", "\x1b", "\u2066"])
def test_json_on_a_terminal_moves_no_cursor_and_turns_no_line(character):
    printed = dumps({"text": f"a{character}31mb é 電"})
    assert character not in printed
    assert "é 電" in printed
    assert json.loads(printed) == {"text": f"a{character}31mb é 電"}


def test_a_message_cannot_garble_the_screen(capsys):
    print_err("first \x1b[31mred\x1b[0m\x9b1m\nsecond")
    assert capsys.readouterr().err.splitlines() == ["first  red  1m", "second"]


def test_what_has_no_json_form_is_named():
    with pytest.raises(TypeError, match="object has no JSON form"):
        dumps(object())
