"""Explain step: a question of a page is answered by a worker, whatever the text does to it."""

from pathlib import Path

import pytest

import nlp.models
from config.settings import ModelSettings, Settings
from core.errors import ConfigError
from core.identity import text_sha256
from harken.clock import Clock
from harken.pipeline.explain import explain_mention, explain_next
from harken.pipeline.progress import Progress
from harken.runtime.workers import run_analyse_worker
from store import watches
from store.analysis import explanations
from store.analysis.explanations import ExplanationRequest
from tests.nlp.factories import FAILING_WORD, WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

CLOCK = Clock.starting_at(NOON)
TEXT = "My acme is broken, says the shop"


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [watch()], [])
    store_page(
        sqlite_record,
        crawled_post("a", TEXT, language="en"),
        crawled_post("b", f"acme {FAILING_WORD}", language="en"),
    )
    return sqlite_record


def ask(record, name, text, slug=None):
    request = ExplanationRequest(mention=key(name), watch=slug)
    with record.write() as tx:
        explanations.add(tx, request, text_sha256(text), now=CLOCK.now())
    return request


def answer(record, request, text):
    with record.read() as tx:
        return explanations.current(tx, request, text_sha256(text), now=CLOCK.now())


def test_question_is_answered_with_positions(record):
    request = ask(record, "a", TEXT, "acme")
    beats = []
    assert explain_next(record, WordModel(), CLOCK, lambda: beats.append(CLOCK.now()))
    assert len(beats) > 1
    current = answer(record, request, TEXT)
    assert current.state == "ready"
    assert [TEXT[w.start : w.end] for w in current.explanation.words] == ["broken"]
    assert current.explanation.watch == "acme"
    assert not explain_next(record, WordModel(), CLOCK)


def test_bug_in_an_explanation_ends_no_worker(record):
    request = ask(record, "a", TEXT)

    class BrokenModel(WordModel):
        def predict(self, texts, languages=None):
            raise ZeroDivisionError

    assert explain_next(record, BrokenModel(), CLOCK)
    assert answer(record, request, TEXT).state == "failed"


def test_text_that_breaks_the_model_has_no_score(record):
    text = f"acme {FAILING_WORD}"
    request = ask(record, "b", text)
    explain_next(record, WordModel(), CLOCK)
    assert answer(record, request, text).explanation.polarity is None


@pytest.mark.parametrize(
    ("mention", "slug", "problem"),
    [("x", None, "is not the id of a stored mention"), (key("a"), "rival", "It matches acme")],
)
def test_wrong_id_or_watch_is_a_mistake_of_the_caller(record, mention, slug, problem):
    with pytest.raises(ConfigError, match=problem):
        explain_mention(record, WordModel(), ExplanationRequest(mention=mention, watch=slug))


def test_worker_answers_before_it_waits_for_new_mentions(record, monkeypatch):
    """A worker that is stopped after its first batch has answered."""

    class OneBatch(Progress):
        def advance(self, count):
            raise KeyboardInterrupt

    models = str(Path(__file__).parents[1] / "models")
    monkeypatch.setattr(nlp.models, "__path__", [*nlp.models.__path__, models])
    settings = Settings(record=record.url, model=ModelSettings(name="words"))
    request = ask(record, "a", TEXT)
    with pytest.raises(KeyboardInterrupt):
        run_analyse_worker(settings, CLOCK, follow=True, progress=OneBatch())
    assert answer(record, request, TEXT).state == "ready"
