"""The environment overrides single settings; its errors have the name of the variable."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.environment import Override, apply_overrides, read_environment
from config.load import load
from core.errors import ConfigError

PLAIN = {"zone": "UTC", "console": {"host": "localhost", "port": 1}}


def one(name, value="x"):
    (found,) = read_environment({name: value})
    return found


def complaint(folder, environ, text=""):
    path = folder / "harken.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    return str(caught.value).replace(f"{folder}/", "")


# ---- variables


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("HARKEN_ZONE", ("zone",)),
        ("HARKEN_BASE_URL", None),
        ("HARKEN_CONSOLE__BASE_URL", ("console", "base_url")),
        ("HARKEN_INDEX_PREFIX", ("index_prefix",)),
        ("HARKEN_CONSOLE__X__Y", ("console", "x", "y")),
        ("HARKEN_HOME", None),
        ("HARKEN_", None),
        ("HARKEN__ZONE", None),
        ("ZONE", None),
        ("harken_zone", None),
        ("MY_HARKEN_ZONE", None),
    ],
)
def test_a_variable_is_ours_if_it_begins_with_a_setting(name, keys):
    assert [o.keys for o in read_environment({name: "x"})] == ([] if keys is None else [keys])


def test_values_are_taken_as_they_are():
    assert one("HARKEN_ZONE", " 10:30 # no comment ").value == " 10:30 # no comment "


def test_a_file_of_a_value_is_read_without_the_space_around_it(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("\n s3 cret \r\n", encoding="utf-8")
    assert one("HARKEN_MAIL__PASSWORD_FILE", str(secret)) == Override(
        "HARKEN_MAIL__PASSWORD_FILE", ("mail", "password"), "s3 cret"
    )


@pytest.mark.parametrize("content", [None, b"\xff\xfe", "folder"])
def test_a_file_that_cannot_be_read_is_told_with_setting_and_variable(tmp_path, content):
    path = tmp_path / "secret"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(
        ConfigError, match=r"mail\.password: the file named in HARKEN_MAIL__PASSWORD_FILE"
    ):
        read_environment({"HARKEN_MAIL__PASSWORD_FILE": str(path)})


def test_a_file_of_somebody_else_is_not_opened():
    assert (
        read_environment({"HARKEN_LOG_FILE": "/does/not/exist", "SSL_CERT_FILE": "/nor/this"}) == []
    )


# ---- their effect


def test_one_setting_changes_and_its_neighbours_stay():
    changed = apply_overrides(PLAIN, [Override("N", ("console", "port"), "9")])
    assert changed == {"zone": "UTC", "console": {"host": "localhost", "port": "9"}}


def test_a_group_that_the_file_does_not_have_is_made():
    changed = apply_overrides({"mail": None}, [Override("N", ("mail", "host"), "h")])
    assert changed == {"mail": {"host": "h"}}


KEYS = st.lists(st.sampled_from(["zone", "console", "port", "host"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(KEYS, st.text(max_size=3)), max_size=4))
def test_what_is_overridden_is_left_as_it_was(said):
    """Groups are copied before they change, also where a later variable is a mistake."""
    before = repr(PLAIN)
    with suppress(ConfigError):
        apply_overrides(PLAIN, [Override("NAME", tuple(keys), value) for keys, value in said])
    assert repr(PLAIN) == before


@given(st.text(max_size=5), st.text(max_size=5))
def test_the_later_of_two_words_on_one_setting_holds(first, second):
    said = [Override("A", ("console", "host"), first), Override("B", ("console", "host"), second)]
    assert apply_overrides({}, said) == {"console": {"host": second}}


# ---- their mistakes


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        (
            {"HARKEN_ZONE": "Mars"},
            "HARKEN_ZONE: zone: should be an IANA time zone such as Europe/Berlin (got 'Mars').",
        ),
        (
            {"HARKEN_CONSOLE__PROT": "9"},
            "HARKEN_CONSOLE__PROT: console.prot: unknown setting. Did you mean 'port'?",
        ),
        (
            {"HARKEN_CRAWL__DELAY": "5"},
            "HARKEN_CRAWL__DELAY: crawl.delay: should be a duration such as 90s, 15m, 2h or 28d "
            "(got '5').",
        ),
        (
            {"HARKEN_CONSOLE__PORT__X": "9"},
            "HARKEN_CONSOLE__PORT__X: port is not a group of settings in harken.yaml.",
        ),
    ],
)
def test_a_mistake_in_the_environment_bears_the_name_of_its_variable(tmp_path, environ, told):
    """A position in the file would point to a line with another value."""
    assert complaint(tmp_path, environ, "zone: UTC\nconsole: {port: 1}\n") == told


def test_what_a_group_from_the_environment_lacks_is_told(tmp_path):
    told = complaint(tmp_path, {"HARKEN_MAIL__PASSWORD": "hunter2"}, "zone: UTC\n")
    assert told.splitlines() == [
        "harken.yaml:1:1: mail.host: Field required.",
        "harken.yaml:1:1: mail.sender: Field required.",
    ]


def test_mistakes_of_the_file_keep_their_place_beside_those_of_the_environment(tmp_path):
    told = complaint(tmp_path, {"HARKEN_ZONE": "Mars"}, "console:\n  port: many\n")
    assert [line.split(": ")[0] for line in told.splitlines()] == ["HARKEN_ZONE", "harken.yaml:2:3"]
