"""The folder of a demo: only an empty one or one of an earlier demo is used."""

import pytest

from core.errors import ConfigError
from demo.workspace import MARKER_FILE, check_folder, prepare_folder


def test_folder_with_other_files_is_refused_and_unchanged(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for act in (check_folder, prepare_folder):
        with pytest.raises(ConfigError, match=r"not a demo folder.*--dir"):
            act(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"is a file.*--dir"):
        check_folder(tmp_path / "file")


def test_demo_folder_is_emptied_except_for_its_marker(tmp_path):
    folder = tmp_path / "new" / "demo"
    check_folder(folder)
    assert not folder.exists()
    prepare_folder(folder)
    marker = (folder / MARKER_FILE).stat().st_ino
    (folder / "state").mkdir()
    (folder / "state" / "record.db").write_text("old")
    (outside := tmp_path / "outside").mkdir()
    (folder / "link").symlink_to(outside)
    prepare_folder(folder)
    assert [path.name for path in folder.iterdir()] == [MARKER_FILE]
    assert (folder / MARKER_FILE).stat().st_ino == marker  # the lock is on this very file
    assert outside.exists()
