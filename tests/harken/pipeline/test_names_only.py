"""``analyse --names-only``: entities of stored texts by the current settings."""

import json
from dataclasses import replace

import pytest

from core.entity import EntityKind
from harken import wiring
from harken.pipeline import rescore
from harken.pipeline.analyse import analyse_batch
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


def listen(record, **named):
    """Watch acme, with these products and people."""
    with record.write() as tx:
        watches.replace_from_file(tx, [replace(watch("acme"), **named)], [])


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    listen(sqlite_record)
    store_page(
        sqlite_record, *(crawled_post(str(n), text, language="en") for n, text in enumerate(TEXTS))
    )
    model = WordModel()
    analyse_batch(sqlite_record, model, TopicClassifier([], model.encode), owner="w", now=NOON)
    return sqlite_record


def retell(record, limit=2):
    """Run all batches; return the number of texts and of changes."""
    after, taken, done, known = "", 0, 0, wiring.watches(record)
    while True:
        tally, after = rescore.reextract_batch(record, known, after=after, limit=limit)
        if not tally.total:
            return taken, done
        taken, done = taken + tally.total, done + tally.successes


def named(record, *kinds):
    """Return the entities of each text, of these kinds."""
    with record.read() as tx:
        found = mentions.get(tx, [key(str(n)) for n in range(len(TEXTS))])
    return [[(e.kind, e.value, e.said) for e in m.entities if e.kind in kinds] for m in found]


def last(record):
    with record.read() as tx:
        return changes.last_number(tx)


def announced(record, since):
    with record.read() as tx:
        return {i for _, i in changes.read_after(tx, since, 99)}


def test_with_the_settings_of_the_analysis_nothing_changes_and_nothing_is_announced(record):
    since = last(record)
    assert retell(record) == (3, 0)
    assert last(record) == since


def test_a_new_product_is_found_in_what_was_heard_before_and_the_index_is_told(record):
    since = last(record)
    listen(record, products=("X200",), people=("Jane Roe",))
    assert retell(record) == (3, 2)
    lower = (EntityKind.PRODUCT, "X200", "x200")
    assert named(record, EntityKind.PRODUCT, EntityKind.PERSON) == [[X200, JANE], [], [lower]]
    assert announced(record, since) == {key("0"), key("2")}
    listen(record)
    assert retell(record) == (3, 2)
    assert named(record, EntityKind.PRODUCT, EntityKind.PERSON) == [[], [], []]


def test_a_text_of_before_harken_told_names_gets_them(record):
    """It has no row in ``named``."""
    whole = named(record, *EntityKind)
    assert ("place", "DE/Berlin", "Berlin") in whole[0]
    with record.write() as tx:
        tx.exec_driver_sql("delete from named")
    assert named(record, *EntityKind) == [[], [], []]
    retell(record)
    assert named(record, *EntityKind) == whole


def test_verdicts_stay_and_nothing_waits_to_be_read(record):
    listen(record, products=("X200",))
    with record.read() as tx:
        before = [m.verdicts for m in mentions.all_mentions(tx)]
    retell(record)
    with record.read() as tx:
        assert [m.verdicts for m in mentions.all_mentions(tx)] == before
        assert queue.backlog(tx)[0] == 0


def test_a_text_that_is_in_quarantine_or_pending_is_left_alone(record):
    listen(record, products=("X200",))
    store_page(record, crawled_post("new", "The X200 again"))
    edited = TEXTS[0] + "!"
    store_page(record, crawled_post("0", edited))
    ill = replace(analysis_result("0", edited), analysis="quarantined")
    with record.write() as tx:
        save_results(tx, [ill], now=NOON)
    assert retell(record) == (2, 1)


def test_an_edit_between_reading_and_writing_is_not_overwritten(record, monkeypatch):
    listen(record, products=("X200",))
    told = rescore.rederiving.update_entities

    def edited_meanwhile(tx, changed):
        return told(tx, [replace(one, text_sha256="of another text") for one in changed])

    monkeypatch.setattr(rescore.rederiving, "update_entities", edited_meanwhile)
    assert retell(record) == (3, 0)
    assert named(record, EntityKind.PRODUCT) == [[], [], []]


@pytest.mark.parametrize("writes", range(3))
def test_killed_at_any_write_and_begun_again_it_ends_as_if_nobody_had_killed_it(record, writes):
    listen(record, products=("X200",))
    since = last(record)
    with killed_after(record, writes) as victim:
        retell(victim, limit=1)
    retell(record)
    assert [len(found) for found in named(record, EntityKind.PRODUCT)] == [1, 0, 1]
    assert announced(record, since) == {key("0"), key("2")}


def test_an_empty_record_is_soon_done(sqlite_record):
    assert rescore.reextract_batch(sqlite_record, {}, after="") == (StepResult(), "")


CONFIG = """\
state: .
watches:
  - {slug: acme, name: Acme, query: acme, products: [X200]}
"""


@pytest.mark.slow
def test_the_verb_takes_the_products_that_the_file_has_now(record, tmp_path):
    config = tmp_path / "harken.yaml"
    config.write_text(CONFIG)
    verb = ["analyse", "--names-only", "--config", str(config)]
    once, again, plain, both = call(
        [*verb, "--json"], [*verb, "--json"], verb, [*verb, "--topics-only"]
    )
    assert [json.loads(c.out)["done"] for c in (once, again)] == [2, 0]
    assert plain.out == "analyse: 3 taken, 0 done, 0 failed\n"
    assert (both.status, "use one of them" in both.err) == (2, True)
    assert [len(found) for found in named(record, EntityKind.PRODUCT)] == [1, 0, 1]
