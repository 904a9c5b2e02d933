"""Files of an installation that other accounts of the machine may read are named."""

import os

import pytest

from harken.checks.private_files import check_private_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no POSIX permissions")


@pytest.fixture
def paths(tmp_path):
    config, state = tmp_path / "harken.yaml", tmp_path / "state"
    config.write_text("watches: []\n")
    state.mkdir()
    (state / "record.db").write_text("posts")
    config.chmod(0o600)
    state.chmod(0o700)
    return config, state


def warnings(paths):
    return [result.told for result in check_private_files(*paths)]


def test_closed_files_are_fine(paths):
    (paths[1] / "record.db").chmod(0o644)  # nobody else reaches it
    assert warnings(paths) == []


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_open_state_folder_is_named_with_its_remedy(paths, mode):
    paths[1].chmod(mode)
    assert warnings(paths) == [
        f"others may read what lies in {paths[1]}: run chmod -R go= {paths[1]}"
    ]


def test_open_settings_are_named(paths):
    paths[0].chmod(0o640)
    (warning,) = warnings(paths)
    assert warning.startswith(f"others may read {paths[0]}")
    assert warning.endswith(f"chmod go= {paths[0]}")


def test_missing_files_are_no_mistake(tmp_path):
    assert warnings((tmp_path / "none.yaml", tmp_path / "none")) == []
