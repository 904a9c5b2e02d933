"""YAML as people write it: no guesses, no silent override, no secret in a message."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.yaml_positions import key_positions, parse_yaml
from core.errors import ConfigError


def error_message(folder, text):
    with pytest.raises(ConfigError) as error:
        parse_yaml(text, folder / "harken.yaml")
    return str(error.value).replace(f"{folder}/", "")


# ---- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10:30", "10:30"),
        ("7:30", "7:30"),
        ("07:30", "07:30"),
        ("'10:30'", "10:30"),
        ("12:34:56", "12:34:56"),
        ("630", 630),
        ("-5", -5),
        ("0x10", 16),
        ("1_000", 1000),
        ("yes", True),
        ("~", None),
        ("Größe", "Größe"),
    ],
)
def test_time_of_day_is_a_text_and_a_number_is_a_number(tmp_path, text, value):
    """YAML 1.1 reads 10:30 as 630, and 07:30 as a text: one would work, the other not."""
    assert parse_yaml(f"at: {text}\n", tmp_path) == {"at": value}


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n", "~\n", "{}\n", "\ufeff"])
def test_empty_file_has_no_settings(tmp_path, text):
    assert parse_yaml(text, tmp_path) == {}


@pytest.mark.parametrize("text", ["[]\n", "zone\n", "1\n", "''\n", "false\n", "2026-01-01\n"])
def test_yaml_that_is_no_mapping_is_rejected(tmp_path, text):
    assert error_message(tmp_path, text).startswith(
        "harken.yaml:1:1: should be a mapping of settings"
    )


# ---- mistakes


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "2026-01-01 25:00:00", "0x_"])
def test_invalid_date_or_number_is_reported_with_its_position(tmp_path, text):
    message = error_message(tmp_path, f"zone: UTC\nname: {text}\n")
    assert message.startswith(
        "harken.yaml:2:7: invalid YAML: this looks like a date or a number but is n"
    )
    assert text not in message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mail:\n  password: *hunter2\n", "2:13"),
        ("mail:\n  password: !hunter2\n", "2:13"),
        ("mail:\n  password: !hunter2 {}\n", "2:13"),
        ("mail: {password: !!hunter2 x}\n", "1:18"),
    ],
)
def test_error_does_not_quote_an_unquoted_password(tmp_path, text, place):
    message = error_message(tmp_path, text)
    assert message.startswith(f"harken.yaml:{place}: invalid YAML: ")
    assert message.endswith("text that begins with * or ! needs quotes.")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "zone: UTC\nzone: UTC\n",
            ["harken.yaml:2:1: zone: is set twice, first on line 1."],
        ),
        (
            "console:\n  port: 1\n  host: h\n  port: 2\n",
            ["harken.yaml:4:3: console.port: is set twice, first on line 2."],
        ),
        (
            "watches: []\ntopics: []\nwatches: []\ntopics: []\nwatches: []\n",
            [
                "harken.yaml:3:1: watches: is set twice, first on line 1.",
                "harken.yaml:4:1: topics: is set twice, first on line 2.",
                "harken.yaml:5:1: watches: is set twice, first on line 1.",
            ],
        ),
        (
            "people: [{slug: a}, {slug: b, slug: c}]\n",
            ["harken.yaml:1:31: people.1.slug: is set twice, first on line 1."],
        ),
    ],
)
def test_repeated_key_is_reported(tmp_path, text, messages):
    assert error_message(tmp_path, text).splitlines() == messages


def test_key_may_repeat_in_another_mapping(tmp_path):
    text = "people: [{slug: a}, {slug: b}]\nsources: [{slug: a}]\n"
    assert len(parse_yaml(text, tmp_path)["people"]) == 2


def test_anchor_may_be_used_several_times(tmp_path):
    text = "a: &brakes {slug: x}\nb: *brakes\nc: {<<: *brakes, name: y}\n"
    assert parse_yaml(text, tmp_path)["c"] == {"slug": "x", "name": "y"}


@pytest.mark.parametrize("text", ["a: &x [*x]\n", "a: &x {b: *x}\n", "[" * 500])
def test_endless_nesting_is_reported(tmp_path, text):
    assert "nested too deeply" in error_message(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "place"), [("a: \x07\n", "1:4"), ("a: 1\nbé: \x00\n", "2:5"), ("\x1b", "1:1")]
)
def test_forbidden_character_is_reported_with_its_position(tmp_path, text, place):
    assert error_message(tmp_path, text).startswith(f"harken.yaml:{place}: invalid YAML: ")


@given(st.text(st.sampled_from("ab:-#'\"{}[]&*!|>%@`,? \n\t0é😀\x00\ud800"), max_size=20))
def test_any_text_is_parsed_or_reported_with_positions(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "harken.yaml"
    messages = ""
    try:
        parse_yaml(text, path)
    except ConfigError as error:
        messages = str(error)
    place = re.compile(rf"{re.escape(str(path))}:\d+:\d+: ")
    assert all(place.match(line) for line in messages.splitlines())


# ---- positions


def test_position_of_every_key_and_item():
    text = "# settings\nzone: UTC\nwatches:\n  - slug: a\n    topics: [x, y]\n  - slug: b\n"
    assert key_positions(text) == {
        ("zone",): (2, 1),
        ("watches",): (3, 1),
        ("watches", 0): (4, 5),
        ("watches", 0, "slug"): (4, 5),
        ("watches", 0, "topics"): (5, 5),
        ("watches", 0, "topics", 0): (5, 14),
        ("watches", 0, "topics", 1): (5, 17),
        ("watches", 1): (6, 5),
        ("watches", 1, "slug"): (6, 5),
    }


def test_column_counts_characters_not_bytes():
    assert key_positions("{größe😀: 1, b: 2}\n")[("b",)] == (1, 13)


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=5)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers() | NAMES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def paths(value, at=()):
    """Yield the path of every key and item in *value*."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in inner:
        yield (*at, key)
        if isinstance(below, dict | list):
            yield from paths(below, (*at, key))


@settings(max_examples=30)
@given(TREES, st.booleans())
def test_written_yaml_is_parsed_with_positions(tmp_path_factory, tree, flow):
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    assert parse_yaml(text, tmp_path_factory.getbasetemp()) == tree
    positions, lines = key_positions(text), text.splitlines()
    assert list(positions) == list(paths(tree))
    for line, column in positions.values():
        assert lines[line - 1][column - 1 :].strip()
    in_order = list(positions.values())
    assert in_order == sorted(in_order)
