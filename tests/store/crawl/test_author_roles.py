"""Role that a platform states: it belongs to the account, also for its older mentions."""

import pytest

from core.role import Role, RoleOrigin
from store import changes, mentions
from store.analysis.history_version import history_version
from tests.store.factories import add_sources, crawled_post, key, store_page

BOT = "b" * 32


@pytest.fixture(autouse=True)
def _sources(record):
    with record.write() as tx:
        add_sources(tx, "blog")


def roles(record, *names):
    with record.read() as tx:
        return [(m.role, m.role_origin) for m in mentions.get(tx, [key(n) for n in names])]


def numbers(record):
    with record.read() as tx:
        return history_version(tx), {i: n for n, i in changes.read_after(tx, 0, 100)}


def test_new_bot_is_automated_and_changes_no_history(record):
    store_page(record, crawled_post("a", voice=BOT, author_role=Role.AUTOMATED), crawled_post("b"))
    assert roles(record, "a", "b") == [
        (Role.AUTOMATED, RoleOrigin.PLATFORM),
        (Role.CUSTOMER, RoleOrigin.DEFAULT),
    ]
    assert numbers(record)[0] == 0


def test_known_author_that_is_marked_as_a_bot_becomes_one_in_the_past_as_well(record):
    store_page(record, crawled_post("old", voice=BOT), crawled_post("other"))
    before = numbers(record)[1]
    store_page(record, crawled_post("new", voice=BOT, author_role=Role.AUTOMATED))
    assert {role for role, _ in roles(record, "old", "new")} == {Role.AUTOMATED}
    version, after = numbers(record)
    assert version == 1, "baselines are rebuilt from the new history"
    assert after[key("old")] > before[key("old")], "the index gets the new role"
    assert after[key("other")] == before[key("other")]


def test_same_page_again_changes_nothing(record):
    post = crawled_post("a", voice=BOT, author_role=Role.AUTOMATED)
    store_page(record, post)
    before = numbers(record)
    store_page(record, post)
    store_page(record, crawled_post("a", voice=BOT))
    assert numbers(record) == before
    assert roles(record, "a") == [(Role.AUTOMATED, RoleOrigin.PLATFORM)]
