"""Output of commands: one valid JSON object or aligned lines, never both."""

import json
from datetime import UTC, datetime

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from core.incident import IncidentKind
from harken.commands.output import dumps, print_err, print_result

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def printed_result(capsys, **options):
    print_result("verb", options.pop("result", {}), options.pop("lines", []), now=NOW, **options)
    return capsys.readouterr()


def test_json_is_one_object_with_verb_and_time(capsys):
    out = printed_result(
        capsys, result={"n": 1, "at_all": NOW}, lines=["for people"], as_json=True
    ).out
    assert json.loads(out) == {
        "schema": 1,
        "verb": "verb",
        "ok": True,
        "at": "2026-11-22T06:00:00Z",
        "n": 1,
        "at_all": "2026-11-22T06:00:00Z",
    }
    assert out.count("\n") == 1


def test_lines_have_no_terminal_codes(capsys):
    out = printed_result(capsys, lines=["a\x1b[2Jb \x9b2J"], as_json=False).out
    assert out == "a b  2J\n"


def test_text_has_the_lines_and_no_json(capsys):
    assert (
        printed_result(capsys, result={"n": 1}, lines=["one", "two"], as_json=False).out
        == "one\ntwo\n"
    )


def test_failed_result_is_printed_with_status_1(capsys):
    with pytest.raises(typer.Exit) as exit_info:
        print_result("check", {"n": 1}, [], now=NOW, as_json=True, ok=False)
    assert exit_info.value.exit_code == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_messages_are_on_stderr_only(capsys):
    print_err("please wait")
    streams = capsys.readouterr()
    assert (streams.out, streams.err) == ("", "please wait\n")


def test_times_enums_and_sets_have_a_json_form():
    text = dumps({"at": NOW, "kind": IncidentKind.CRISIS, "ids": ("a", "b"), "one": frozenset("x")})
    assert json.loads(text) == {
        "at": "2026-11-22T06:00:00Z",
        "kind": "crisis",
        "ids": ["a", "b"],
        "one": ["x"],
    }


@given(st.text())
def test_any_text_round_trips_on_one_line(text):
    assert json.loads(dumps(text)) == text
    assert "\n" not in dumps(text)


@pytest.mark.parametrize("character", ["\x9b", "\x7f", "\u202e", "\u2028", "\x1b", "\u2066"])
def test_json_has_no_control_characters(character):
    output = dumps({"text": f"a{character}31mb é 電"})
    assert character not in output
    assert "é 電" in output
    assert json.loads(output) == {"text": f"a{character}31mb é 電"}


def test_messages_have_no_terminal_codes(capsys):
    print_err("first \x1b[31mred\x1b[0m\x9b1m\nsecond")
    assert capsys.readouterr().err.splitlines() == ["first  red  1m", "second"]


def test_value_without_a_json_form_is_an_error():
    with pytest.raises(TypeError, match="object has no JSON form"):
        dumps(object())
