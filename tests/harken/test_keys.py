"""The key of the voices is made once, kept apart, and readable by its owner alone."""

from core.identity import voice_id
from harken.keys import voice_key


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
