"""Own accounts in harken.yaml: names, handles, accounts of a platform and sites."""

import pytest
from pydantic import ValidationError

from config.own_accounts import OwnAccount, parse_own_account
from config.settings import WatchSettings


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("@velorra", OwnAccount("velorra", None)),
        (" Velorra Support ", OwnAccount("Velorra Support", None)),
        ("mastodon.example/@velorra", OwnAccount("velorra", "mastodon.example")),
        ("https://www.Mastodon.example:8443/@velorra/", OwnAccount("velorra", "mastodon.example")),
        ("@velorra@mastodon.example", OwnAccount("velorra", "mastodon.example")),
        ("velorra@mastodon.example", OwnAccount("velorra", "mastodon.example")),
        ("forum.example/members/Velorra Support", OwnAccount("Velorra Support", "forum.example")),
        ("Velorra.example", OwnAccount("Velorra.example", None, "velorra.example")),
        (
            "https://www.velorra.example/",
            OwnAccount("www.velorra.example", None, "velorra.example"),
        ),
        ("Velorra / Berlin", OwnAccount("Velorra / Berlin", None)),
        ("Dr. Velo", OwnAccount("Dr. Velo", None)),
        ("ヴェロラ", OwnAccount("ヴェロラ", None)),
    ],
)
def test_entry_is_an_account_or_a_site(text, account):
    assert parse_own_account(text) == account


@pytest.mark.parametrize("text", ["", "@", "  ", "mastodon.example/@", "…", "x" * 201])
def test_entry_without_a_name_is_refused_with_what_would_be_right(text):
    with pytest.raises(ValidationError) as error:
        WatchSettings(slug="v", name="V", query="v", own_accounts=[text])
    assert "such as @acme" in str(error.value) or "at most 200" in str(error.value)
