"""An edit of harken.yaml that does not apply is shown on every page until its correction."""

from html import unescape

import pytest

from store import settings_status
from store.settings_status import SettingsStatus
from tests.console import sample_installation

PAGES = ("/", "/incidents", "/incidents/1", "/inbox", "/sources", "/status", "/nothing")
MISTAKE = "/etc/harken.yaml:3:1: watchs: unknown setting. Did you mean 'watches'?"


def store(record, *, restart=(), problem=None):
    now = sample_installation.NOW
    with record.write() as tx:
        status = SettingsStatus(path="/etc/harken.yaml", applied_at=now, restart=restart)
        settings_status.replace_status(tx, status)
        if problem:
            settings_status.mark_rejected(tx, problem, now=now)


@pytest.mark.parametrize("page", PAGES)
def test_mistake_is_shown_with_its_place(client, filled_record, page):
    store(filled_record, problem=MISTAKE)
    html = unescape(client.get(page).text)
    assert f"<code>{MISTAKE}</code>" in html
    assert "harken.yaml has a mistake and was not applied. The settings of Mon 2 Mar" in html
    store(filled_record)
    html = client.get(page).text
    assert "mistake" not in html
    assert "Restart" not in html


def test_several_mistakes_are_counted_and_listed(client, filled_record):
    store(filled_record, problem=f"{MISTAKE}\n/etc/harken.yaml:9:1: x")
    html = client.get("/").text
    assert "harken.yaml has 2 mistakes and was not applied." in html
    assert html.count("<code>/etc/harken.yaml:") == 2


def test_changes_that_need_a_restart_are_listed(client, filled_record):
    store(filled_record, restart=("index", "console.port"))
    html = client.get("/").text
    assert "harken.yaml was changed. Restart Harken to apply index, console.port." in html
    assert client.get("/status.json").json()["settings"] == {
        "path": "/etc/harken.yaml",
        "applied_at": client.get("/status.json").json()["settings"]["applied_at"],
        "rejected_at": None,
        "problem": None,
        "restart": ["index", "console.port"],
    }
