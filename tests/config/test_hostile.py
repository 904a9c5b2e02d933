"""No broken settings cause a traceback: each is reported in one line."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from core.errors import ConfigError


def error_message(folder, text, environ=None):
    path = folder / "harken.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(path, environ or {})
    return str(error.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "text",
    [
        "1: 2\n",
        "? [a, b]\n: 1\n",
        "zone: 2026-01-01\n",
        "zone: !!python/object/apply:os.system [x]\n",
        "watches: {slug: a}\n",
        "watches: [1]\n",
        "watches: null\n",
        "console: null\n",
        "console: {port: 1e400}\n",
        "crawl: {delay: -5s}\n",
        "zone: ../etc/passwd\n",
        "a\0b: 1\n",
        "a: &x [*x]\n",
        "crawl: {delay: 99999999999999999999d}\n",
        "state: null\n",
        "state: [a]\n",
    ],
)
def test_broken_file_is_reported_with_its_position(tmp_path, text):
    for line in error_message(tmp_path, text).splitlines():
        assert line.startswith("harken.yaml:1:")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HARKEN_ZONE__NAME", "UTC"),
        ("HARKEN_WATCHES", "[]"),
        ("HARKEN_CONSOLE__PORT", "many"),
        ("HARKEN_MAIL__PASSWORD_FILE", "no/such/file"),
        ("HARKEN_WATCHES__0", "x"),
    ],
)
def test_broken_variable_is_reported(tmp_path, name, value):
    text = "watches: [{slug: a, name: A, query: q}]\n"
    assert name.split("__")[0].removeprefix("HARKEN_").lower() in error_message(
        tmp_path, text, {name: value}
    )


def test_variable_overrides_one_key_only(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text("console: {host: localhost, port: 1}\n")
    settings = load(path, {"HARKEN_CONSOLE__PORT": "9"})
    assert (settings.console.host, settings.console.port) == ("localhost", 9)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab:-#'\"{}[]\n \té0", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["zone", "crawl", "mail", "watches", "topics", "sources", "people", "subscriptions", "model"]
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, VALUES, max_size=3))
def test_settings_of_any_shape_load_or_are_reported(tmp_path_factory, tree):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(yaml.safe_dump(tree))
    messages = ""
    try:
        load(path, {})
    except ConfigError as error:
        messages = str(error)
    assert all(line.startswith(f"{path}:") for line in messages.splitlines())
