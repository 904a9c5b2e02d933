"""nlp.encoder.published_quality: figures of packaged models only, held-out ones before others."""

from dataclasses import replace
from datetime import date

import pytest

from nlp.encoder.adapter import ADAPTERS_FOLDER, load_adapter
from nlp.encoder.published_quality import head_figures, headline_figure, published_figure

OLD_ROW = {
    "set": "tweeteval_sentiment_validation", "task": "sentiment", "n": 2000, "scored": 1.0,
    "macro_recall": 0.74, "macro_f1": 0.71, "accuracy": 0.72, "ece": 0.02,
}  # fmt: skip
HELD_OUT_ROW = OLD_ROW | {
    "set": "semeval_sentiment_train", "n": 4700, "accuracy": 0.69, "held_out": True,
    "language": "en", "date": "2026-11-29", "ece_floor": 0.01, "ece_excess": 0.01,
}  # fmt: skip


@pytest.fixture(params=["e5-multi", "minilm-en"])
def packaged_model(request):
    path = ADAPTERS_FOLDER / f"{request.param}.safetensors"
    return request.param, load_adapter(path)


@pytest.fixture
def adapter():
    return load_adapter(ADAPTERS_FOLDER / "minilm-en.safetensors")


def with_figures(adapter, *rows):
    return replace(adapter, notes={"figures": {"sentiment": list(rows)}})


def test_a_packaged_model_has_a_figure_of_its_adapter(packaged_model):
    name, adapter = packaged_model
    figure = published_figure(f"{name} {adapter.sha256[:8]} cpu bf16")
    row = next(r for r in adapter.figures["sentiment"] if r["set"] == figure.set_name)
    assert (figure.accuracy, figure.macro_recall) == (row["accuracy"], row["macro_recall"])
    assert (figure.n, figure.language) == (row["n"], "en")
    assert 0.6 < figure.accuracy < 0.9


def test_a_held_out_figure_is_used_before_another(adapter):
    figure = headline_figure(with_figures(adapter, OLD_ROW, HELD_OUT_ROW))
    assert (figure.set_name, figure.n, figure.held_out) == ("semeval_sentiment_train", 4700, True)
    assert figure.date == date(2026, 11, 29)


def test_without_a_held_out_figure_the_sentence_is_about_the_validation(adapter):
    figure = headline_figure(with_figures(adapter, OLD_ROW))
    assert (figure.held_out, figure.date, figure.language) == (False, None, "en")


@pytest.mark.parametrize("change", [{"task": "towards"}, {"set": "umsab_val"}, {"language": "de"}])
def test_other_tasks_and_languages_are_no_headline(adapter, change):
    assert headline_figure(with_figures(adapter, OLD_ROW | change)) is None


def test_every_key_is_present_also_in_figures_of_older_adapters(adapter):
    old, new = head_figures(with_figures(adapter, OLD_ROW, HELD_OUT_ROW), "sentiment")
    assert set(old) == set(new)
    assert (old["held_out"], old["date"], old["ece_excess"]) == (False, None, None)
    assert head_figures(adapter, "emotion") == []


@pytest.mark.parametrize("model_name", ["{} 00000000 cpu bf16", "{} {:.8} openvino int8", "{}"])
def test_other_weights_and_engines_have_no_figure(packaged_model, model_name):
    name, adapter = packaged_model
    assert published_figure(model_name.format(name, adapter.sha256)) is None


@pytest.mark.parametrize("model_name", ["", "mine 1a2b3c4d cpu bf16", "../e5-multi 1a2b3c4d"])
def test_a_custom_model_has_no_figure(model_name):
    assert published_figure(model_name) is None
