"""``harken evaluate --fit``: the settings that a fit gives, and its effect, in lines."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import yaml

from nlp.encoder.adapter import ANY_LANGUAGE

if TYPE_CHECKING:
    from nlp.evaluation.temperature_fit import TemperatureFit
    from nlp.model import Model

_ONE: Final = "temperature"  # the option of a model with one temperature for all languages
_BY_LANGUAGE: Final = "temperatures"  # the option of a model with one for each language


def fits_by_language(model: "Model") -> bool:
    """Return False if the options of *model* have one temperature for all languages."""
    return _BY_LANGUAGE in _option_names(model) or _ONE not in _option_names(model)


def fit_lines(fit: "TemperatureFit", model: "Model") -> Iterator[str]:
    """Yield the effect of *fit* as lines, then the lines to add to harken.yaml."""
    yield f"Fitted on {fit.n:,} rows ({fit.unscored:,} unscored); figures are cross-fitted."
    yield _effect("all", fit.n - fit.unscored, fit.before, fit.after)
    for language, row in fit.per_language.items():
        yield _effect(language, row["n"], row["before"], row["after"])
    yield ""
    if fit.after["nll"] >= fit.before["nll"]:
        yield "The fit does not lower the negative log-likelihood: keep the present temperatures."
    settings = settings_text(fit, model)
    if settings is None:
        yield (
            f"{model.name} was calibrated in its training, and no setting changes that. "
            f"Fitted temperatures: {_yaml(dict(fit.temperatures))}"
        )
    else:
        yield "Add to harken.yaml, below `model:`"
        yield f"  {settings}"


def settings_text(fit: "TemperatureFit", model: "Model") -> str | None:
    """Return the YAML below ``model`` that applies *fit*; None: *model* has no such option."""
    names = _option_names(model)
    if _BY_LANGUAGE in names:
        return f"{_BY_LANGUAGE}: {_yaml(dict(fit.temperatures))}"
    return f"{_ONE}: {fit.temperatures[ANY_LANGUAGE]}" if _ONE in names else None


def _option_names(model: "Model") -> frozenset[str]:
    """Return the names of the options of *model*; of a model without options none."""
    return frozenset(getattr(getattr(type(model), "Options", None), "model_fields", ()))


def _effect(label: str, count: int, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    figures = ", ".join(
        f"{name.replace('_', ' ')} {before[name]:.3f} -> {after[name]:.3f}"
        for name in ("nll", "ece", "ece_excess")
    )
    return f"{label} ({count:,}): {figures}"


def _yaml(value: object) -> str:
    """Return *value* as YAML on one line."""
    return yaml.safe_dump(value, default_flow_style=True, width=float("inf")).strip()
