"""``analyse --names-only``: entities of stored texts by the current settings."""

import json
from dataclasses import replace

import pytest

from core.entity import EntityKind
from harken import wiring
from harken.pipeline import rescore
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.pace import Pace
from harken.pipeline.step_result import StepResult
from nlp.topic_classifier import TopicClassifier
from store import changes, mentions, watches
from store.analysis import queue
from store.analysis.verdicts import save_results
from tests.harken.cli_server import call
from tests.harken.killed_process import killed_after
from tests.nlp.factories import WordModel
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    watch,
)

TEXTS = [
    "The X200 broke in Berlin, says Jane Roe",
    "No reply at all, and this is bad",
    "The x200 is fine and the X300 too",
]
X200, JANE = (EntityKind.PRODUCT, "X200", "X200"), (EntityKind.PERSON, "Jane Roe", "Jane Roe")


def replace_watch(record, **entities):
    """Replace the watch acme by one with these products and people."""
    with record.write() as tx:
        watches.replace_from_file(tx, [replace(watch("acme"), **entities)], [])


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    replace_watch(sqlite_record)
    store_page(
        sqlite_record, *(crawled_post(str(n), text, language="en") for n, text in enumerate(TEXTS))
    )
    model = WordModel()
    analyse_batch(sqlite_record, model, TopicClassifier([], model.encode), owner="w", now=NOON)
    return sqlite_record


def reextract_all(record, limit=2):
    """Run all batches; return the number of texts and of changes."""
    after, total, successes, watches_ = "", 0, 0, wiring.watches(record)
    while True:
        result, after = rescore.reextract_batch(record, watches_, after=after, pace=Pace(limit))
        if not result.total:
            return total, successes
        total, successes = total + result.total, successes + result.successes


def entities_of_texts(record, *kinds):
    """Return the entities of these kinds, for each text."""
    with record.read() as tx:
        rows = mentions.get(tx, [key(str(n)) for n in range(len(TEXTS))])
    return [[(e.kind, e.value, e.said) for e in m.entities if e.kind in kinds] for m in rows]


def last_number(record):
    with record.read() as tx:
        return changes.last_number(tx)


def changed_ids(record, since):
    with record.read() as tx:
        return {i for _, i in changes.read_after(tx, since, 99)}


def test_unchanged_settings_change_nothing(record):
    since = last_number(record)
    assert reextract_all(record) == (3, 0)
    assert last_number(record) == since


def test_new_product_is_extracted_from_stored_texts(record):
    since = last_number(record)
    replace_watch(record, products=("X200",), people=("Jane Roe",))
    assert reextract_all(record) == (3, 2)
    lower_case = (EntityKind.PRODUCT, "X200", "x200")
    assert entities_of_texts(record, EntityKind.PRODUCT, EntityKind.PERSON) == [
        [X200, JANE],
        [],
        [lower_case],
    ]
    assert changed_ids(record, since) == {key("0"), key("2")}
    replace_watch(record)
    assert reextract_all(record) == (3, 2)
    assert entities_of_texts(record, EntityKind.PRODUCT, EntityKind.PERSON) == [[], [], []]


def test_text_without_entities_gets_them(record):
    """It has no row in ``named``."""
    all_entities = entities_of_texts(record, *EntityKind)
    assert ("place", "DE/Berlin", "Berlin") in all_entities[0]
    with record.write() as tx:
        tx.exec_driver_sql("delete from named")
    assert entities_of_texts(record, *EntityKind) == [[], [], []]
    reextract_all(record)
    assert entities_of_texts(record, *EntityKind) == all_entities


def test_verdicts_stay_and_nothing_is_pending(record):
    replace_watch(record, products=("X200",))
    with record.read() as tx:
        before = [m.verdicts for m in mentions.all_mentions(tx)]
    reextract_all(record)
    with record.read() as tx:
        assert [m.verdicts for m in mentions.all_mentions(tx)] == before
        assert queue.backlog(tx)[0] == 0


def test_quarantined_and_pending_texts_are_skipped(record):
    replace_watch(record, products=("X200",))
    store_page(record, crawled_post("new", "The X200 again"))
    new_text = TEXTS[0] + "!"
    store_page(record, crawled_post("0", new_text))
    failed_result = replace(analysis_result("0", new_text), analysis="quarantined")
    with record.write() as tx:
        save_results(tx, [failed_result], now=NOON)
    assert reextract_all(record) == (2, 1)


def test_text_edited_during_extraction_is_not_overwritten(record, monkeypatch):
    replace_watch(record, products=("X200",))
    update_entities = rescore.rederiving.update_entities

    def edited_meanwhile(tx, entries):
        return update_entities(tx, [replace(one, text_sha256="of another text") for one in entries])

    monkeypatch.setattr(rescore.rederiving, "update_entities", edited_meanwhile)
    assert reextract_all(record) == (3, 0)
    assert entities_of_texts(record, EntityKind.PRODUCT) == [[], [], []]


@pytest.mark.parametrize("writes", range(3))
def test_result_after_a_kill_at_any_write_is_the_same(record, writes):
    replace_watch(record, products=("X200",))
    since = last_number(record)
    with killed_after(record, writes) as victim:
        reextract_all(victim, limit=1)
    reextract_all(record)
    assert [len(rows) for rows in entities_of_texts(record, EntityKind.PRODUCT)] == [1, 0, 1]
    assert changed_ids(record, since) == {key("0"), key("2")}


def test_empty_database_has_nothing_to_extract(sqlite_record):
    assert rescore.reextract_batch(sqlite_record, {}, after="") == (StepResult(), "")


CONFIG = """\
state: .
watches:
  - {slug: acme, name: Acme, query: acme, products: [X200]}
"""


@pytest.mark.slow
def test_command_uses_the_products_of_the_file(record, tmp_path):
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG)
    verb = ["analyse", "--names-only", "--config", str(config)]
    once, again, plain, both = call(
        [*verb, "--json"], [*verb, "--json"], verb, [*verb, "--topics-only"]
    )
    assert [json.loads(c.out)["done"] for c in (once, again)] == [2, 0]
    assert plain.out == "analyse: 3 taken, 0 done, 0 failed\n"
    assert (both.status, "use one of them" in both.err) == (2, True)
    assert [len(rows) for rows in entities_of_texts(record, EntityKind.PRODUCT)] == [1, 0, 1]
