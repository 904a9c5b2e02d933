"""A file with a mistake still names the database of the Harken that runs."""

from pathlib import Path

import pytest

from config.settings_file import SettingsFile
from config.storage import storage_settings
from core.errors import ConfigError

MISTAKES = ["watchs: []\n", "sources:\n\t- x\n", "mail: {host: 'h\n", "zone: Nowhere\n"]


def storage(path, text, environ=None, state=None):
    path.write_text(text)
    return storage_settings(SettingsFile(path, environ or {}, state))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "harken.yaml"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_lines_of_the_storage_are_read_from_a_file_with_a_mistake(path, mistake):
    text = f"index: http://127.0.0.1:9200 # ours\nstate: data\n{mistake}index_prefix: other\n"
    settings = storage(path, text, {"HARKEN_RECORD": "postgresql://db/harken", "HARKEN_ZONE": "x"})
    assert settings.state == path.parent / "data"
    assert (settings.index, settings.index_prefix) == ("http://127.0.0.1:9200", "other")
    assert settings.record == "postgresql://db/harken"


def test_without_such_lines_the_defaults_apply(path):
    assert storage(path, "mail: {\n").state == path.parent / "state"
    assert storage(path, "state: x\n", state=Path("/y")).state == Path("/y")
    path.unlink()
    assert storage_settings(SettingsFile(path, {})).state == path.parent / "state"


@pytest.mark.parametrize("text", ["state: [\n", "index_prefix: No Good\n", "record: [x]\n"])
def test_a_mistake_in_one_of_them_is_an_error(path, text):
    with pytest.raises(ConfigError):
        storage(path, text)
