"""The voice key is created once, outside the database, readable only by its owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import ConfigError
from core.identity import voice_id
from harken.voice_key import (
    FILE_NAME,
    KEY_BYTES,
    accept_key,
    installation_key,
    key_fingerprint,
    voice_key,
)
from store import holders
from tests.store.factories import add_sources, crawled_post, store_page


def test_key_is_created_once(tmp_path):
    assert voice_key(tmp_path) == voice_key(tmp_path)
    assert len(voice_key(tmp_path)) == 32


def test_key_is_readable_by_its_owner_only(tmp_path):
    voice_key(tmp_path)
    assert (tmp_path / "voice.key").stat().st_mode & 0o077 == 0


def test_installations_have_different_voices_for_one_author(tmp_path):
    first, second = voice_key(tmp_path / "a"), voice_key(tmp_path / "b")
    assert voice_id(first, "site", "bob") != voice_id(second, "site", "bob")
    assert voice_id(first, "site", "bob") == voice_id(first, "site", "BOB")


def test_concurrent_starts_use_the_same_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(voice_key, [tmp_path / "state"] * 32))
    assert keys == {(tmp_path / "state" / "voice.key").read_bytes()}
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["voice.key"], "no draft stays"


@pytest.mark.parametrize("content", [b"", b"x" * (KEY_BYTES - 1), b"x" * (KEY_BYTES + 1)])
def test_key_of_a_wrong_length_is_refused_and_unchanged(tmp_path, content):
    """With an empty key anybody could compute the author of a voice."""
    (tmp_path / "voice.key").write_bytes(content)
    with pytest.raises(ConfigError, match=f"has {len(content)} bytes, expected 32") as error:
        voice_key(tmp_path)
    assert "Restore it from a backup" in str(error.value)
    assert (tmp_path / "voice.key").read_bytes() == content


def test_existing_key_is_used(tmp_path):
    (tmp_path / "voice.key").write_bytes(bytes(range(KEY_BYTES)))
    assert voice_key(tmp_path) == bytes(range(KEY_BYTES))


def open_key(record, state):
    with record.write() as tx:
        return installation_key(tx, state)


def test_fingerprint_of_the_key_is_stored_once(sqlite_record, tmp_path):
    key = open_key(sqlite_record, tmp_path)
    assert open_key(sqlite_record, tmp_path) == key == voice_key(tmp_path)
    with sqlite_record.read() as tx:
        assert holders.voice_key_fingerprint(tx) == key_fingerprint(key)


def test_missing_key_beside_its_database_is_not_made_anew(sqlite_record, tmp_path):
    open_key(sqlite_record, tmp_path)
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(ConfigError, match=r"voice\.key: is missing.*Restore it from a backup"):
        open_key(sqlite_record, tmp_path)
    assert not (tmp_path / FILE_NAME).exists()


def test_missing_key_beside_authors_of_an_earlier_version_is_not_made_anew(sqlite_record, tmp_path):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    store_page(sqlite_record, crawled_post("a", voice="bob"))
    with pytest.raises(ConfigError, match="is missing"):
        open_key(sqlite_record, tmp_path)


def test_another_key_is_refused_until_it_is_accepted(sqlite_record, tmp_path):
    open_key(sqlite_record, tmp_path / "a")
    voice_key(tmp_path / "b")
    with pytest.raises(ConfigError, match=r"is not the key .* harken rebuild --new-voice-key"):
        open_key(sqlite_record, tmp_path / "b")
    with sqlite_record.write() as tx:
        accept_key(tx, tmp_path / "b")
    assert open_key(sqlite_record, tmp_path / "b") == voice_key(tmp_path / "b")
