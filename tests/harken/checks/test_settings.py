"""Checks of the settings alone: mistakes, and settings that probably do something unintended."""

from pathlib import Path

import pytest

from config.settings import Settings
from harken.checks.settings import check_settings

WATCH = {"slug": "a", "name": "A", "query": "acme"}
SOURCE = {"slug": "s", "kind": "feed", "options": {"url": "https://a.example/feed"}}
MAIL = {"host": "h", "sender": "Harken <h@a.example>"}


def results(**values):
    """Return the results of settings with one watch and one source, by subject."""
    settings = Settings.model_validate({"watches": [WATCH], "sources": [SOURCE]} | values)
    return {r.what: r for r in check_settings(settings, Path("harken.yaml"))}


def warnings(**values):
    return {what: r.told for what, r in results(**values).items() if r.warning}


def test_complete_settings_have_no_warning():
    assert warnings() == {}
    assert warnings(mail=MAIL, console={"base_url": "https://harken.a.example"}) == {}
    assert results()["settings"].told == "1 watch, 1 source"


def test_settings_without_watches_or_sources_have_warnings():
    by_subject = results(watches=[], sources=[])
    assert by_subject["settings"].told == "0 watches, 0 sources"
    assert by_subject["watches"].told == "none: no post is stored. Add one under watches"
    assert by_subject["sources"].told == "none: nothing is crawled. Add one under sources"
    assert all(r.ok for r in by_subject.values())


@pytest.mark.parametrize(
    ("console", "reason"),
    [
        ({}, "not set"),
        ({"host": "0.0.0.0"}, "not set"),
        ({"base_url": "http://localhost:8642"}, "'http://localhost:8642' is a loopback address"),
        ({"base_url": "https://127.9.9.9/x"}, "'https://127.9.9.9/x' is a loopback address"),
        ({"base_url": "http://[::1]:1/"}, "'http://[::1]:1/' is a loopback address"),
    ],
)
def test_local_links_in_emails_are_a_warning(console, reason):
    hint = "links in emails will only open on this machine: set console.base_url"
    assert warnings(mail=MAIL, console=console)["console.base_url"] == f"{reason}; {hint}"
    assert "console.base_url" not in warnings(console=console), "there are no emails"


def test_public_console_host_is_a_warning():
    assert warnings(console={"host": "0.0.0.0"})["console.host"].startswith(
        "`harken run` refuses console.host: '0.0.0.0' is open to other machines"
    )


@pytest.mark.parametrize("sender", ["Harken", "harken@", "@a.example", "Harken <harken>"])
def test_sender_without_an_address_is_a_warning(sender):
    warning = f"{sender!r} has no address: use Harken <harken@example.org>"
    assert warnings(mail=MAIL | {"sender": sender})["mail.sender"] == warning


@pytest.mark.parametrize("sender", ["h@a.example", "Harken <h@a.example>", '"A, B" <h@a>'])
def test_sender_with_an_address_has_no_warning(sender):
    assert "mail.sender" not in warnings(mail=MAIL | {"sender": sender})
