"""nlp.text.names: names are found as whole words, in any spelling."""

import pytest

from nlp.text.names import without_names


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Nordlys broke", " broke"),
        ("NORDLYS's app", " app"),
        ("two Nordlyss broke", "two  broke"),
        ("Casa  Verde, again", ", again"),
        ("casa-verde again", " again"),
        ("Škodas and Skoda", " and "),
        ("Nordlysvej", "Nordlysvej"),
        ("Verde", "Verde"),
    ],
)
def test_names_are_removed_in_any_spelling(text, rest):
    names = ["Nordlys", "Casa Verde", "Skoda"]
    assert without_names(text, names).split() == rest.split()


def test_ending_of_a_short_name_is_another_word():
    assert without_names("is I s", ["I"]).split() == ["is"]


@pytest.mark.parametrize("names", [[], ["", ".*", "!"]])
def test_no_name_changes_nothing(names):
    assert without_names("a .* text!", names) == "a .* text!"
