"""The environment overrides single settings; its errors have the name of the variable."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.environment import Override, apply_overrides, read_environment, without_settings
from config.load import load
from core.errors import ConfigError

PLAIN = {"zone": "UTC", "console": {"host": "localhost", "port": 1}}


def only_override(name, value="x"):
    (override,) = read_environment({name: value})
    return override


def error_message(folder, environ, text=""):
    path = folder / "harken.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(path, environ)
    return str(error.value).replace(f"{folder}/", "")


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
def test_only_variables_that_name_a_setting_are_used(name, keys):
    assert [o.keys for o in read_environment({name: "x"})] == ([] if keys is None else [keys])


def test_value_is_used_unchanged():
    assert only_override("HARKEN_ZONE", " 10:30 # no comment ").value == " 10:30 # no comment "


def test_value_from_a_file_is_stripped(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("\n s3 cret \r\n", encoding="utf-8")
    assert only_override("HARKEN_MAIL__PASSWORD_FILE", str(secret)) == Override(
        "HARKEN_MAIL__PASSWORD_FILE", ("mail", "password"), "s3 cret"
    )


@pytest.mark.parametrize("content", [None, b"\xff\xfe", "folder"])
def test_unreadable_file_is_reported_with_setting_and_variable(tmp_path, content):
    path = tmp_path / "secret"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(
        ConfigError, match=r"mail\.password: the file named in HARKEN_MAIL__PASSWORD_FILE"
    ):
        read_environment({"HARKEN_MAIL__PASSWORD_FILE": str(path)})


def test_file_of_another_program_is_not_opened():
    assert (
        read_environment({"HARKEN_LOG_FILE": "/does/not/exist", "SSL_CERT_FILE": "/nor/this"}) == []
    )


# ---- overrides


def test_override_changes_one_setting_only():
    settings = apply_overrides(PLAIN, [Override("N", ("console", "port"), "9")])
    assert settings == {"zone": "UTC", "console": {"host": "localhost", "port": "9"}}


def test_missing_group_is_created():
    settings = apply_overrides({"mail": None}, [Override("N", ("mail", "host"), "h")])
    assert settings == {"mail": {"host": "h"}}


KEYS = st.lists(st.sampled_from(["zone", "console", "port", "host"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(KEYS, st.text(max_size=3)), max_size=4))
def test_overrides_do_not_modify_their_input(variables):
    """Groups are copied before they change, also where a later variable is a mistake."""
    before = repr(PLAIN)
    with suppress(ConfigError):
        apply_overrides(PLAIN, [Override("NAME", tuple(keys), value) for keys, value in variables])
    assert repr(PLAIN) == before


@given(st.text(max_size=5), st.text(max_size=5))
def test_last_override_of_a_setting_wins(first, second):
    overrides = [
        Override("A", ("console", "host"), first),
        Override("B", ("console", "host"), second),
    ]
    assert apply_overrides({}, overrides) == {"console": {"host": second}}


# ---- errors


@pytest.mark.parametrize(
    ("environ", "message"),
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
def test_error_in_the_environment_names_the_variable(tmp_path, environ, message):
    """A position in the file would point to a line with another value."""
    assert error_message(tmp_path, environ, "zone: UTC\nconsole: {port: 1}\n") == message


def test_missing_settings_of_a_group_from_the_environment_are_reported(tmp_path):
    messages = error_message(tmp_path, {"HARKEN_MAIL__PASSWORD": "hunter2"}, "zone: UTC\n")
    assert messages.splitlines() == [
        "harken.yaml:1:1: mail.host: Field required.",
        "harken.yaml:1:1: mail.sender: Field required.",
    ]


def test_errors_of_the_file_keep_their_position_beside_those_of_the_environment(tmp_path):
    messages = error_message(tmp_path, {"HARKEN_ZONE": "Mars"}, "console:\n  port: many\n")
    assert [line.split(": ")[0] for line in messages.splitlines()] == [
        "HARKEN_ZONE",
        "harken.yaml:2:3",
    ]


def test_environment_of_a_child_has_no_settings():
    environ = {
        "HARKEN_MAIL__PASSWORD": "hunter2",
        "HARKEN_RECORD_FILE": "/run/secrets/record",
        "HARKEN_PARENT_PID": "7",
        "PATH": "/bin",
    }
    assert without_settings(environ) == {"HARKEN_PARENT_PID": "7", "PATH": "/bin"}
