"""Settings sent to a child are those of the parent, without what the child does not need."""

import json
from pathlib import Path

import pytest

from config import handover
from config.load import load
from config.settings import Settings

TEXT = """
record: postgresql://harken:s3cret@db/harken
zone: Europe/Berlin
crawl: {delay: 90s, deadline: 2h}
model: {engine: torch, weights: own/adapter.bin, weights_sha256: "%s"}
mail: {host: h, sender: a@b, password: hunter2}
watches: [{slug: acme, name: Acme, query: acme, retention: 28d, products: [Zoom 3]}]
topics: [{id: price, name: Price, sentences: [It costs too much.], examples: [Too dear!]}]
sources: [{slug: s, kind: feed, every: 15m, delay: 2s, options: {url: 'http://a.example', n: 3}}]
""" % ("0" * 64)


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "harken.yaml"
    path.write_text(TEXT)
    return load(path, {})


def test_a_child_gets_the_settings_of_its_parent(settings):
    assert handover.deserialize(handover.serialize(settings)) == settings.model_copy(
        update={"mail": None}
    )


def test_a_setting_that_was_set_counts_as_set(settings):
    """A model without engines has no such parameter; it is passed only if somebody set it."""
    child = handover.deserialize(handover.serialize(settings))
    assert "engine" in child.model.model_fields_set
    default = Settings(state=Path("state"))
    assert not handover.deserialize(handover.serialize(default)).model.model_fields_set


def test_the_password_of_the_mail_server_stays_in_the_parent(settings):
    text = handover.serialize(settings)
    assert "hunter2" not in text
    assert json.loads(text)["record"] == "postgresql://harken:s3cret@db/harken"
