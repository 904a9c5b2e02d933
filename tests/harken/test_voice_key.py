"""The voice key is created once, outside the database, readable only by its owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import ConfigError
from core.identity import voice_id
from harken.voice_key import KEY_BYTES, voice_key


def test_the_key_is_made_once_and_stays(tmp_path):
    assert voice_key(tmp_path) == voice_key(tmp_path)
    assert len(voice_key(tmp_path)) == 32


def test_nobody_else_may_read_it(tmp_path):
    voice_key(tmp_path)
    assert (tmp_path / "voice.key").stat().st_mode & 0o077 == 0


def test_two_installations_call_one_author_differently(tmp_path):
    first, second = voice_key(tmp_path / "a"), voice_key(tmp_path / "b")
    assert voice_id(first, "site", "bob") != voice_id(second, "site", "bob")
    assert voice_id(first, "site", "bob") == voice_id(first, "site", "BOB")


def test_of_many_that_start_together_all_have_the_key_of_the_first(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(voice_key, [tmp_path / "state"] * 32))
    assert keys == {(tmp_path / "state" / "voice.key").read_bytes()}
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["voice.key"], "no draft stays"


@pytest.mark.parametrize("held", [b"", b"x" * (KEY_BYTES - 1), b"x" * (KEY_BYTES + 1)])
def test_what_is_no_key_is_refused_and_left_alone(tmp_path, held):
    """With an empty key anybody could compute the author of a voice."""
    (tmp_path / "voice.key").write_bytes(held)
    with pytest.raises(ConfigError, match=f"has {len(held)} bytes, expected 32") as caught:
        voice_key(tmp_path)
    assert "Restore it from a backup" in str(caught.value)
    assert (tmp_path / "voice.key").read_bytes() == held


def test_a_key_that_was_brought_along_is_taken(tmp_path):
    (tmp_path / "voice.key").write_bytes(bytes(range(KEY_BYTES)))
    assert voice_key(tmp_path) == bytes(range(KEY_BYTES))
