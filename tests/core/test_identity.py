"""Ids are functions of content."""

import hashlib
import hmac
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import mention_id, text_sha256, voice_handle, voice_id

HEX = set("0123456789abcdef")


def test_id_is_the_first_half_of_the_hash_of_the_uri():
    assert mention_id("at://did:plc:abc/app.bsky.feed.post/1") == "a6014f244bb655dd4e06696d70cf3ac3"


def test_empty_uri_has_no_id():
    with pytest.raises(ValueError, match="needs a URI"):
        mention_id("")


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_are_equal_only_for_equal_uris(one, other):
    assert (mention_id(one) == mention_id(other)) == (one == other)
    assert len(mention_id(one)) == 32
    assert set(mention_id(one)) <= HEX


def test_text_hash_is_sha256_of_utf8():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_sha256("") == empty
    assert text_sha256("\ud800") != text_sha256("")  # a broken text has a hash too


def test_voice_depends_on_key_platform_and_account():
    one = voice_id(b"k", "blog.example", "ann")
    assert one == voice_id(b"k", "blog.example", "ann")
    assert len(one) == 32
    others = [
        voice_id(b"other", "blog.example", "ann"),
        voice_id(b"k", "forum.example", "ann"),
        voice_id(b"k", "blog.example", "bob"),
    ]
    assert len({one, *others}) == 4


def test_voice_ignores_case_and_composition():
    assert voice_id(b"k", "P", "Zoë") == voice_id(b"k", "p", "ZOE\u0308")


def test_voice_does_not_contain_the_account():
    assert "ann" not in voice_id(b"k", "blog.example", "ann")
    assert voice_handle("0123456789abcdef") == "@012345"


ACCOUNT_TEXT = st.text(st.sampled_from("aAäÄßſİıΣςἄᾳ\u0301\u0308\u0345é한𝔞:@._-") | st.characters())


@given(ACCOUNT_TEXT, ACCOUNT_TEXT)
def test_voice_is_the_same_for_every_form_and_case(platform, account):
    """Unicode's canonical caseless match (chapter 3, D145)."""
    one = voice_id(b"k", platform, account)
    for form in ("NFC", "NFD"):
        parts = [unicodedata.normalize(form, part) for part in (platform, account)]
        assert voice_id(b"k", *parts) == one
        assert voice_id(b"k", *(part.casefold() for part in parts)) == one


@given(st.binary(), st.text(st.characters(codec="ascii")), st.text(st.characters(codec="ascii")))
def test_voice_is_hmac_of_platform_and_account(key, platform, account):
    """A holder of the key can compute a voice, e.g. for a request for erasure."""
    message = f"{platform}:{account}".lower().encode()
    assert (
        voice_id(key, platform, account) == hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
    )


@given(st.text(), st.text())
def test_text_hashes_are_equal_only_for_equal_texts(one, other):
    """Every character counts: one more space is another revision."""
    assert (text_sha256(one) == text_sha256(other)) == (one == other)


@given(st.text(min_size=1))
def test_any_uri_has_an_id(uri):
    assert mention_id(uri) == text_sha256(uri)[:32]


@pytest.mark.parametrize("uri", ["https://h/a ", " https://h/a", "HTTPS://h/a", "https://h/a/"])
def test_uri_is_not_normalized(uri):
    """Each source decides on the form of its URIs."""
    assert mention_id(uri) != mention_id("https://h/a")


def test_handle_is_a_prefix_of_the_voice():
    ones = [voice_id(b"k", "blog.example", str(n)) for n in range(2000)]
    assert len(set(ones)) == 2000
    assert all(voice_handle(one) == f"@{one[:6]}" for one in ones)
