"""The console uses an edited zone and address for the next request."""

import pytest
from fastapi.testclient import TestClient

from config.settings import Settings
from harken.runtime.replaceable_app import ReplaceableApp
from indexer.engines.memory import MemoryIndex
from tests.console import sample_installation


@pytest.fixture
def app(sqlite_record):
    index = MemoryIndex()
    return ReplaceableApp(sample_installation.make_context(sqlite_record, index))


def status(app, host):
    return TestClient(app, base_url=f"http://{host}").get("/status").status_code


def test_new_address_of_the_console_is_served(app):
    assert (status(app, "harken.example"), status(app, "news.example")) == (200, 400)
    app.use(Settings(console={"base_url": "http://news.example"}))
    assert (status(app, "harken.example"), status(app, "news.example")) == (400, 200)


def test_edit_of_other_settings_keeps_the_application(app):
    app.use(Settings(console={"base_url": "http://news.example"}))
    previous = app._app
    app.use(Settings(console={"base_url": "http://news.example"}, index_prefix="other"))
    assert app._app is previous
