"""The settings file depends on the files that it and the environment name."""

import os

import pytest

from config.settings_file import ABSENT, SettingsFile, fingerprint

TOPICS = "topics: [{id: price, name: Price, sentences: [Too dear.], examples: price.jsonl}]\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text(TOPICS)
    return path


def test_files_of_examples_and_of_values_belong_to_the_settings(path, tmp_path):
    secret = tmp_path / "password"
    environ = {"HARKEN_MAIL__PASSWORD_FILE": str(secret), "HOME_FILE": "/etc/passwd"}
    paths = SettingsFile(path, environ).paths()
    assert paths == (path, secret, tmp_path / "price.jsonl"), "missing ones as well"


def test_a_file_that_is_no_yaml_names_none(path):
    path.write_text(TOPICS + "x: [\n")
    assert SettingsFile(path, {}).paths() == (path,)
    path.unlink()
    assert SettingsFile(path, {}).paths() == (path,)


def test_each_kind_of_edit_is_visible(path):
    prints = [fingerprint([path])]
    path.write_text(TOPICS.replace("dear", "much"))
    prints.append(fingerprint([path]))
    draft = path.with_suffix(".tmp")
    draft.write_text(TOPICS)
    draft.replace(path)
    prints.append(fingerprint([path]))
    path.write_text("")
    prints.append(fingerprint([path]))
    assert len({str(p) for p in prints}) == len(prints)
    assert prints[-1] == {path: ABSENT}


def test_an_edit_within_the_resolution_of_the_clock_is_visible(path):
    """Some file systems keep whole seconds."""
    times = (1_000_000_000, 1_000_000_000)
    os.utime(path, ns=times)
    before = fingerprint([path])
    path.write_text(TOPICS.replace("dear", "much"))
    os.utime(path, ns=times)
    assert fingerprint([path]) != before


def test_an_untouched_file_is_the_same(path):
    assert fingerprint([path]) == fingerprint([path])
    assert fingerprint([path.with_name("none")]) == {path.with_name("none"): ABSENT}
