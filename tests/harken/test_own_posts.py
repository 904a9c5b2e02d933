"""Own accounts: found at the crawl, and in stored mentions after an edit of harken.yaml."""

from dataclasses import replace

import pytest

from config.settings import Settings
from core.role import Role, RoleOrigin
from harken import wiring
from harken.own_posts import OwnPosts
from harken.settings_sync import sync_settings
from store import changes, mentions, tables
from store.analysis.history_version import history_version
from store.crawl.own_posts import PostOrigin
from tests.store.factories import NOON, add_sources, crawled_post, store_page, uri, watch

SITE = "social.example"


def pseudonym(platform, account):
    return f"{platform}:{account}".casefold()


def origin(author=None, platform=SITE, **fields):
    voice = pseudonym(platform, author) if author else None
    default = PostOrigin(
        platform=platform,
        voice=voice,
        url=f"https://{platform}/1",
        is_reply=False,
        is_owned_source=False,
    )
    return replace(default, **fields)


def owners(own_accounts, post, slugs=("acme", "rival")):
    watches = [watch(own_accounts=tuple(own_accounts)), watch("rival", kind="competitor")]
    return OwnPosts(watches, pseudonym).owners_of(post, slugs)


@pytest.mark.parametrize(
    ("entry", "post"),
    [
        ("@acme", origin("ACME")),
        ("@acme", origin("@acme", "forum.example")),
        (f"{SITE}/@acme", origin("acme")),
        (f"@acme@{SITE}", origin("acme", f"www.{SITE}")),
        ("Acme Care", origin("acme care", "forum.example")),
        ("acme.example", origin("Ada", "acme.example")),
        ("acme.example", origin(None, "feeds.example", url="https://www.acme.example/news")),
        ("acme.example", origin("acme.example")),
    ],
)
def test_own_account_is_recognised(entry, post):
    assert owners([entry], post) == {"acme"}


@pytest.mark.parametrize(
    ("entry", "post"),
    [
        ("@acme", origin("acmefan")),
        ("@acme", origin()),
        (f"{SITE}/@acme", origin("acme", "other.example")),
        ("acme.example", origin("Bob", "acme.example", is_reply=True)),
        ("acme.example", origin("Bob", "forum.acme.example")),
        ("acme.example", origin("Bob", "notacme.example")),
    ],
)
def test_other_author_is_not_the_brand(entry, post):
    assert owners([entry], post) == frozenset()


def test_owned_source_is_the_brand_of_every_watch_but_competitors():
    assert owners([], origin("x", is_owned_source=True)) == {"acme"}
    assert owners([], origin("x", is_owned_source=True, is_reply=True)) == frozenset()


def test_only_matched_watches_have_an_owner():
    assert owners(["@acme"], origin("acme"), ["rival"]) == frozenset()


# ---- stored mentions


def settings(folder, *own_accounts, owned=False):
    return Settings.model_validate(
        {
            "state": folder,
            "watches": [
                {"slug": "acme", "name": "Acme", "query": "acme", "own_accounts": own_accounts}
            ],
            "sources": [
                {
                    "slug": "blog",
                    "kind": "feed",
                    "owned": owned,
                    "options": {"url": "https://b.example"},
                }
            ],
        }
    )


@pytest.fixture
def stored(record, tmp_path):
    """Return a database with a post by the brand and one by a customer, and a reply to it."""
    sync_settings(record, settings(tmp_path), now=NOON)
    with record.write() as tx:
        add_sources(tx, "blog")
    with record.write() as tx:
        voice = wiring.pseudonym(tx, tmp_path)
    authors = {"brand": "Acme", "customer": "bob", "reply": "eve"}
    store_page(
        record,
        *(
            crawled_post(
                name,
                platform=SITE,
                voice=voice(SITE, author),
                parent=uri("brand") if name == "reply" else None,
            )
            for name, author in authors.items()
        ),
    )
    return record


def roles(record):
    with record.read() as tx:
        rows = mentions.all_mentions(tx)
        return {m.uri.rpartition("/")[2]: (m.role, m.role_origin) for m in rows}


def state(record):
    with record.read() as tx:
        return history_version(tx), changes.last_number(tx)


CUSTOMER = (Role.CUSTOMER, RoleOrigin.DEFAULT)
BRAND = (Role.BRAND, RoleOrigin.ACCOUNT)


def test_edit_of_own_accounts_marks_stored_mentions_and_back(stored, tmp_path):
    version, number = state(stored)
    sync_settings(stored, settings(tmp_path, "@acme"), now=NOON)
    assert roles(stored) == {"brand": BRAND, "customer": CUSTOMER, "reply": CUSTOMER}
    assert state(stored) == (version + 1, number + 1), "baselines and index follow"
    sync_settings(stored, settings(tmp_path, "@acme"), now=NOON)
    assert state(stored) == (version + 1, number + 1)
    sync_settings(stored, settings(tmp_path), now=NOON)
    assert set(roles(stored).values()) == {CUSTOMER}


def test_own_site_and_owned_source_mark_posts_but_no_replies(stored, tmp_path):
    marked = {"brand": BRAND, "customer": BRAND, "reply": CUSTOMER}
    sync_settings(stored, settings(tmp_path, "blog.example"), now=NOON)
    assert roles(stored) == marked, "all posts of the factory are on blog.example"
    sync_settings(stored, settings(tmp_path), now=NOON)
    sync_settings(stored, settings(tmp_path, owned=True), now=NOON)
    assert roles(stored) == marked


def test_crawl_keeps_the_mark_of_an_owner_when_another_source_finds_the_post(stored):
    with stored.write() as tx:
        add_sources(tx, "forum")
    store_page(stored, crawled_post("new", brand_of=frozenset({"acme"})))
    store_page(stored, crawled_post("new"), source="forum")
    assert roles(stored)["new"] == BRAND
    store_page(stored, crawled_post("late"))
    _, number = state(stored)
    store_page(stored, crawled_post("late", brand_of=frozenset({"acme"})))
    assert roles(stored)["late"] == BRAND
    assert state(stored)[1] == number + 1
    with stored.read() as tx:
        assert tx.execute(tables.matches.select()).all()
