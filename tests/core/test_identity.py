"""Ids are functions of content."""

import hashlib
import hmac
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import mention_id, text_sha256, voice_handle, voice_id

HEX = set("0123456789abcdef")


def test_an_id_is_the_first_half_of_the_hash_of_the_uri():
    assert mention_id("at://did:plc:abc/app.bsky.feed.post/1") == "a6014f244bb655dd4e06696d70cf3ac3"


def test_a_mention_without_a_uri_has_no_id():
    with pytest.raises(ValueError, match="needs a URI"):
        mention_id("")


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_differ_as_their_uris_do(one, other):
    assert (mention_id(one) == mention_id(other)) == (one == other)
    assert len(mention_id(one)) == 32
    assert set(mention_id(one)) <= HEX


def test_a_text_hash_is_plain_sha256_of_utf8():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_sha256("") == empty
    assert text_sha256("\ud800") != text_sha256("")  # a broken text has a hash too


def test_a_voice_depends_on_key_platform_and_account():
    one = voice_id(b"k", "blog.example", "ann")
    assert one == voice_id(b"k", "blog.example", "ann")
    assert len(one) == 32
    others = [
        voice_id(b"other", "blog.example", "ann"),
        voice_id(b"k", "forum.example", "ann"),
        voice_id(b"k", "blog.example", "bob"),
    ]
    assert len({one, *others}) == 4


def test_a_voice_has_one_name_however_it_is_typed():
    assert voice_id(b"k", "P", "Zoë") == voice_id(b"k", "p", "ZOE\u0308")


def test_a_voice_does_not_show_the_account():
    assert "ann" not in voice_id(b"k", "blog.example", "ann")
    assert voice_handle("0123456789abcdef") == "@012345"


TYPED = st.text(st.sampled_from("aAäÄßſİıΣςἄᾳ\u0301\u0308\u0345é한𝔞:@._-") | st.characters())


@given(TYPED, TYPED)
def test_letters_composed_or_not_and_their_case_make_no_other_voice(platform, account):
    """Unicode's canonical caseless match (chapter 3, D145)."""
    one = voice_id(b"k", platform, account)
    for form in ("NFC", "NFD"):
        typed = [unicodedata.normalize(form, part) for part in (platform, account)]
        assert voice_id(b"k", *typed) == one
        assert voice_id(b"k", *(part.casefold() for part in typed)) == one


@given(st.binary(), st.text(st.characters(codec="ascii")), st.text(st.characters(codec="ascii")))
def test_a_voice_is_plain_hmac_of_platform_and_account(key, platform, account):
    """A holder of the key can compute a voice, e.g. for a request for erasure."""
    said = f"{platform}:{account}".lower().encode()
    assert voice_id(key, platform, account) == hmac.new(key, said, hashlib.sha256).hexdigest()[:32]


@given(st.text(), st.text())
def test_text_hashes_differ_as_the_texts_do(one, other):
    """Every character counts: one more space is another revision."""
    assert (text_sha256(one) == text_sha256(other)) == (one == other)


@given(st.text(min_size=1))
def test_ids_hold_any_uri_that_a_site_may_send(uri):
    assert mention_id(uri) == text_sha256(uri)[:32]


@pytest.mark.parametrize("uri", ["https://h/a ", " https://h/a", "HTTPS://h/a", "https://h/a/"])
def test_a_uri_is_a_name_and_not_an_address(uri):
    """URIs are not normalised: the source decides."""
    assert mention_id(uri) != mention_id("https://h/a")


def test_two_voices_may_share_a_handle_and_are_two_all_the_same():
    ones = [voice_id(b"k", "blog.example", str(n)) for n in range(2000)]
    assert len(set(ones)) == 2000
    assert all(voice_handle(one) == f"@{one[:6]}" for one in ones)
