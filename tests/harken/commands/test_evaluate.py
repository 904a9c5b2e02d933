"""``harken evaluate``: the text has every figure of the JSON; comparison and fit."""

import json

import pytest
import yaml
from pydantic import create_model
from typer.testing import CliRunner

from harken import wiring
from harken.__main__ import app
from harken.commands.evaluation.fitting import fit_lines, fits_by_language, settings_text
from harken.commands.evaluation.printing import figures_output
from harken.commands.tables import Table, plain_lines
from nlp.evaluation.temperature_fit import TemperatureFit
from tests.nlp.evaluation.test_comparison import NeutralModel
from tests.nlp.factories import WordModel

MODELS = {"e5": WordModel, "neutral": NeutralModel}
ZERO = {"nll": 0.0, "ece": 0.0, "ece_excess": 0.0}

FIGURES = {
    "task": "sentiment",
    "n": 3,
    "accuracy": 0.66666,
    "temperature": None,
    "temperatures": {"de": 1.5, "en": 1.25},
    "per_class": {"negative": {"n": 1, "f1": 0.5}, "positive": {"n": 2, "f1": None}},
    "per_language": {"en": {"n": 3, "unscored": 0}},
}


def test_single_figures_are_lines_and_groups_are_tables():
    lines = [
        line
        for item in figures_output(FIGURES)
        for line in (plain_lines(item) if isinstance(item, Table) else [item])
    ]
    assert lines == [
        "task: sentiment",
        "n: 3",
        "accuracy: 0.667",
        "temperature: unknown",
        "temperatures: de 1.500, en 1.250",
        "",
        "class     n  f1",
        "negative  1  0.500",
        "positive  2  unknown",
        "",
        "language  n  unscored",
        "en        3  0",
    ]


def test_a_breakdown_is_a_table_under_the_name_of_its_key():
    figures = {"by": "kind", "topic_rule": None, "per_value": {"quote": {"n": 2, "accuracy": 0.5}}}
    lines = [
        line
        for item in figures_output(figures)
        for line in (plain_lines(item) if isinstance(item, Table) else [item])
    ]
    assert lines == ["by: kind", "", "kind   n  accuracy", "quote  2  0.500"]


# ---- the command


ROWS = [
    {"text": "I love this phone, it is great", "label": "positive", "kind": "praise"},
    {"text": "the worst service I have ever had", "label": "negative", "kind": "complaint"},
]


@pytest.fixture
def rows_file(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the command with --json and the model of the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wiring, "open_model", lambda settings: MODELS[settings.model.name]())

    def run_command(*arguments):
        """Return the exit status and the output: the JSON, or the message."""
        result = CliRunner().invoke(app, ["evaluate", *map(str, arguments), "--json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return 2, str(result.exception)
        return result.exit_code, json.loads(result.stdout)

    return run_command


def test_compare_takes_a_model_or_a_settings_file(run, rows_file, tmp_path):
    (tmp_path / "other.yaml").write_text("model: {name: neutral}\n")
    for other in ("neutral", tmp_path / "other.yaml"):
        _, answer = run(rows_file, "--compare", other, "--by", "kind")
        assert answer["comparison"]["model"] == NeutralModel.name
        assert answer["comparison"]["better"] is None
        assert answer["model"] == WordModel.name
        assert set(answer["per_value"]) == {"complaint", "praise"}


def test_fit_returns_the_settings_of_a_model_with_such_an_option(run, tmp_path):
    file = tmp_path / "many.jsonl"
    file.write_text(
        "".join(
            json.dumps(ROWS[0] | {"text": f"great {k}", "language": "en"}) + "\n"
            for k in range(120)
        )
    )
    _, answer = run("--fit", file)
    assert answer["n"] == 120
    assert answer["fit"]["settings"] is None  # the model has no option
    assert set(answer["fit"]["temperatures"]) == {"*", "en"}


@pytest.mark.parametrize("option_name", ["temperature", "temperatures"])
def test_settings_of_a_fit_have_the_option_of_the_model(option_name):
    class OwnModel(WordModel):
        pass

    OwnModel.Options = create_model("Options", **{option_name: (dict | float, 1.0)})
    fit = TemperatureFit(
        temperatures={"*": 1.5, "de": 1.25},
        n=200,
        unscored=0,
        before={"nll": 1.0, "ece": 0.2, "ece_excess": 0.1},
        after={"nll": 0.9, "ece": 0.1, "ece_excess": 0.0},
        per_language={},
    )
    expected = {"temperature": 1.5, "temperatures": {"*": 1.5, "de": 1.25}}[option_name]
    assert yaml.safe_load(settings_text(fit, OwnModel())) == {option_name: expected}
    assert fits_by_language(OwnModel()) == (option_name == "temperatures")
    lines = list(fit_lines(fit, OwnModel()))
    assert "all (200): nll 1.000 -> 0.900, ece 0.200 -> 0.100, ece excess 0.100 -> 0.000" in lines
    assert yaml.safe_load(lines[-1]) == {option_name: expected}


def test_a_packaged_model_is_calibrated_by_its_training():
    fit = TemperatureFit(
        temperatures={"*": 1.5}, n=1, unscored=0, before=ZERO, after=ZERO, per_language={}
    )
    assert settings_text(fit, WordModel()) is None
    assert "was calibrated in its training" in list(fit_lines(fit, WordModel()))[-1]


@pytest.mark.parametrize(("nll", "is_useless"), [(0.9, False), (1.1, True)])
def test_a_fit_that_gains_nothing_says_so(nll, is_useless):
    before, after = ({**ZERO, "nll": value} for value in (1.0, nll))
    fit = TemperatureFit(
        temperatures={"*": 1.5}, n=1, unscored=0, before=before, after=after, per_language={}
    )
    text = "\n".join(fit_lines(fit, WordModel()))
    assert ("keep the present temperatures" in text) == is_useless


def test_the_file_is_named_once(run, rows_file):
    assert "leave" in run(rows_file, "--fit", rows_file)[1]
    assert "Name a file of labelled rows" in run()[1]
