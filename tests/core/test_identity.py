"""Ids are functions of what they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import handle, mention_id, text_sha256, voice_id

HEX = set("0123456789abcdef")


def test_an_id_is_the_first_half_of_the_hash_of_the_uri():
    assert mention_id("at://did:plc:abc/app.bsky.feed.post/1") == "a6014f244bb655dd4e06696d70cf3ac3"


def test_a_mention_without_a_uri_has_no_id():
    with pytest.raises(ValueError, match="needs a uri"):
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
    assert handle("0123456789abcdef") == "@012345"
