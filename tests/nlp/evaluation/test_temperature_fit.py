"""nlp.evaluation.temperature_fit: temperatures by language, measured on rows apart from the fit."""

import re
from typing import ClassVar

import numpy as np
import pytest

from core.errors import ConfigError
from core.mention import Sentiment
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.temperature_fit import MIN_ROWS, fit_temperatures
from nlp.metrics import softmax
from nlp.model import Model, Prediction

CLASSES = [str(name) for name in Sentiment]


class SharpModel(Model):
    """A model of random logits, too large by 2 in English and by 1.25 in German."""

    name = "sharp 00000000 cpu fp32"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en", "de", "fr"})
    temperatures: ClassVar = {"sentiment": {"*": 1.0, "en": 1.1}}
    sharpness: ClassVar = {"en": 2.0, "de": 1.25, "fr": 1.25}

    def predict(self, texts, languages=None):
        rows = [softmax(true_logits(t)[None] * self.sharpness[t[:2]])[0] for t in texts]
        return [Prediction(probabilities=tuple(row), vector=np.ones(1)) for row in rows]

    def encode(self, texts):
        return np.ones((len(texts), 1), np.float32)


def true_logits(text):
    number = int(re.sub(r"\D", "", text))
    return np.random.default_rng(number).normal(size=3, scale=1.5)


def labelled_rows(language, count, start=0):
    """Return rows whose labels are drawn from the true probabilities of their texts."""
    rng = np.random.default_rng(start + 1)
    for number in range(start, start + count):
        text = f"{language} {number}"
        label = CLASSES[rng.choice(3, p=softmax(true_logits(text)[None])[0])]
        yield {"text": text, "label": label, "language": language}


@pytest.fixture(scope="module")
def fit():
    rows = [*labelled_rows("en", 1500), *labelled_rows("de", 1500, 5000)]
    rows += labelled_rows("fr", MIN_ROWS - 1, 9000)
    rows += [{"text": "xx 1", "label": "neutral", "language": "xx"}]
    return fit_temperatures(evaluate(rows, SharpModel()).file, SharpModel())


def test_each_language_gets_its_temperature_times_the_present_one(fit):
    assert fit.temperatures["en"] == pytest.approx(2.0 * 1.1, abs=0.25)
    assert fit.temperatures["de"] == pytest.approx(1.25, abs=0.15)


def test_a_language_with_few_rows_gets_the_temperature_of_all(fit):
    assert set(fit.temperatures) == {"*", "de", "en"}
    assert fit.temperatures["de"] < fit.temperatures["*"] < fit.temperatures["en"]


def test_calibration_is_measured_before_and_after(fit):
    assert (fit.n, fit.unscored) == (3000 + MIN_ROWS, 1)
    assert fit.after["nll"] < fit.before["nll"]
    assert fit.before["ece_excess"] > 0.03 > fit.after["ece_excess"]
    assert {code: row["n"] for code, row in fit.per_language.items()} == {
        "de": 1500,
        "en": 1500,
        "fr": MIN_ROWS - 1,
    }
    assert fit.per_language["en"]["after"]["nll"] < fit.per_language["en"]["before"]["nll"]


def test_the_figures_after_are_of_rows_apart_from_their_fit():
    """They are near the figures of the fit on all rows, but not equal to them."""
    rows = list(labelled_rows("en", MIN_ROWS))
    fit = fit_temperatures(evaluate(rows, SharpModel()).file, SharpModel())
    factor = fit.temperatures["en"] / SharpModel.temperatures["sentiment"]["en"]
    logits = np.array([true_logits(row["text"]) * 2.0 for row in rows]) / factor
    likelihoods = [
        softmax(row[None])[0][CLASSES.index(r["label"])]
        for row, r in zip(logits, rows, strict=True)
    ]
    in_sample = float(-np.mean(np.log(likelihoods)))
    assert fit.after["nll"] == pytest.approx(in_sample, rel=0.05)
    assert fit.after["nll"] != pytest.approx(in_sample, rel=1e-4)


def test_one_temperature_for_a_model_that_has_no_others():
    rows = [*labelled_rows("en", 300), *labelled_rows("de", 300, 5000)]
    fit = fit_temperatures(evaluate(rows, SharpModel()).file, SharpModel(), by_language=False)
    assert set(fit.temperatures) == {"*", "en"}  # en: the model has one already
    assert fit.temperatures["*"] == pytest.approx(fit.temperatures["en"] / 1.1, abs=0.01)


def test_too_few_rows_are_an_error():
    file = evaluate(labelled_rows("en", MIN_ROWS - 1), SharpModel()).file
    with pytest.raises(ConfigError, match=f"scored 99 rows; at least {MIN_ROWS} are needed"):
        fit_temperatures(file, SharpModel())
