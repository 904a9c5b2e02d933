"""Temperatures of a model by language, fitted on labelled texts, and their effect on other texts.

The effect is measured by cross-fitting: each fifth of the rows gets the temperatures that the other
four fifths give. The fitted temperatures come from all rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from core.errors import ConfigError
from nlp import metrics
from nlp.encoder.adapter import ANY_LANGUAGE, for_language
from nlp.evaluation.calibration_floor import calibration_floor
from nlp.evaluation.predicted_file import PredictedFile
from nlp.metrics import Classes, Floats, fit_temperature, softmax
from nlp.model import Model

FOLDS: Final = 5
MIN_ROWS: Final = 100  # scored rows of a language; with fewer it gets the temperature of all rows
SEED: Final = 0  # of the assignment of rows to folds
_EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureFit:
    """Temperatures, and calibration before and after, overall and by language."""

    temperatures: Mapping[str, float]  # by language or ANY_LANGUAGE: divisors of the logits
    n: int  # rows
    unscored: int  # rows that the model did not score; they have no part in the fit
    before: Mapping[str, float]  # nll (nats per row), ece, ece_floor, ece_excess
    after: Mapping[str, float]  # the same figures, cross-fitted
    per_language: Mapping[str, Mapping[str, Any]]  # n, before, after

    def as_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The scored rows: logarithms of their probabilities, class indices, languages."""

    logits: Floats
    truth: Classes
    languages: "np.ndarray[Any, np.dtype[np.str_]]"
    fitted_languages: Sequence[str]  # those that get a temperature of their own

    def subset(self, indices: "np.ndarray[Any, Any]") -> "_Rows":
        """Return the rows at *indices*, or where a mask is true."""
        return _Rows(
            logits=self.logits[indices],
            truth=self.truth[indices],
            languages=self.languages[indices],
            fitted_languages=self.fitted_languages,
        )


def fit_temperatures(
    file: PredictedFile, model: Model, *, by_language: bool = True
) -> TemperatureFit:
    """Fit temperatures of *model* to its predictions for *file*; else one for all languages.

    The probabilities contain the temperatures of the model. A text in several windows has the mean
    of their probabilities, so that its temperature is an approximation.

    Raises:
        ConfigError: fewer than ``MIN_ROWS`` rows were scored, or a row may have several classes.
    """
    draw = file.draws[0]
    indices = np.flatnonzero(draw.scored_mask).tolist()
    if draw.multi_label:
        raise ConfigError("--fit: the classes of this task are independent of each other.")
    if len(indices) < MIN_ROWS:
        raise ConfigError(f"--fit: scored {len(indices)} rows; at least {MIN_ROWS} are needed.")
    languages = np.array(file.languages)[indices]
    rows = _Rows(
        logits=np.log(np.maximum(draw.allowed_probabilities[indices], _EPSILON)),
        truth=draw.truth[indices].argmax(axis=1),
        languages=languages,
        fitted_languages=_frequent(languages) if by_language else (),
    )
    calibrated = _cross_fitted(rows)
    return TemperatureFit(
        temperatures=_combined(_factors(rows), model.temperatures.get(file.task.output_key, {})),
        n=len(draw.truth),
        unscored=len(draw.truth) - len(indices),
        before=_calibration(rows, rows.logits),
        after=_calibration(rows, calibrated),
        per_language=dict(_by_language(rows, calibrated)),
    )


def _frequent(languages: "np.ndarray[Any, np.dtype[np.str_]]") -> list[str]:
    """Return those of *languages*, one a row, that have ``MIN_ROWS`` rows."""
    codes, counts = np.unique(languages, return_counts=True)
    return [str(code) for code, count in zip(codes, counts, strict=True) if count >= MIN_ROWS]


def _factors(rows: _Rows) -> dict[str, float]:
    """Return the temperature of all *rows* and of each language that gets one of its own."""
    factors = {ANY_LANGUAGE: fit_temperature(rows.logits, rows.truth)}
    for language in rows.fitted_languages:
        mask = rows.languages == language
        factors[language] = fit_temperature(rows.logits[mask], rows.truth[mask])
    return factors


def _combined(factors: Mapping[str, float], present: Mapping[str, float]) -> dict[str, float]:
    """Return the divisors of the model's own logits, also of the languages in *present*."""
    languages = sorted({*factors, *present, ANY_LANGUAGE})
    return {
        language: round(
            (for_language(factors, language) or 1.0) * (for_language(present, language) or 1.0), 2
        )
        for language in languages
    }


def _cross_fitted(rows: _Rows) -> Floats:
    """Return the logits of each row divided by the temperature that the other folds give."""
    folds = np.random.default_rng(SEED).permutation(len(rows.truth)) % FOLDS
    divisors = np.ones(len(rows.truth))
    for fold in range(FOLDS):
        factors = _factors(rows.subset(folds != fold))
        for i in np.flatnonzero(folds == fold):
            divisors[i] = for_language(factors, str(rows.languages[i])) or 1.0
    calibrated: Floats = rows.logits / divisors[:, None]
    return calibrated


def _calibration(rows: _Rows, logits: Floats) -> dict[str, float]:
    """Return the calibration figures of *logits* for *rows*."""
    probabilities = softmax(logits)
    likelihoods = probabilities[np.arange(len(rows.truth)), rows.truth]
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == rows.truth
    error = metrics.calibration_error(metrics.bins(is_right, confidence))
    floor = calibration_floor(confidence)
    return {
        "nll": float(-np.mean(np.log(np.maximum(likelihoods, _EPSILON)))),
        "ece": error,
        "ece_floor": floor,
        "ece_excess": max(0.0, error - floor),
    }


def _by_language(rows: _Rows, calibrated: Floats) -> Iterator[tuple[str, dict[str, Any]]]:
    for language in sorted(set(rows.languages.tolist())):
        mask = rows.languages == language
        language_rows = rows.subset(mask)
        yield (
            language,
            {
                "n": int(np.sum(mask)),
                "before": _calibration(language_rows, language_rows.logits),
                "after": _calibration(language_rows, calibrated[mask]),
            },
        )
