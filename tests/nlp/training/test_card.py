"""Model card, JSON of `harken model list` and the sentence of emails have the same figures."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Settings
from core.plugins import load
from harken import wiring
from harken.model_plugins import model_row
from nlp.encoder.adapter import ADAPTERS_FOLDER, load_adapter
from nlp.encoder.adapter_model import AdapterModel
from nlp.training.card import END, START, block, with_block
from nlp.training.figures import main, set_figure
from templates.i18n import Translator
from templates.quality import quality_message
from tests.nlp.encoder.test_published_quality import HELD_OUT_ROW, OLD_ROW
from tests.nlp.factories import WordModel

CARDS = Path(__file__).parents[3] / "docs" / "models"


@pytest.mark.parametrize("name", ["e5", "minilm"])
def test_card_json_and_sentence_agree(name):
    model_class = load("nlp.models", name, AdapterModel)
    stem = Path(model_class.adapter_file).stem
    adapter = load_adapter(ADAPTERS_FOLDER / model_class.adapter_file)
    card = (CARDS / f"{stem}.md").read_text("utf-8")
    assert with_block(card, adapter, stem) == card, f"run python -m nlp.training.card {name}"
    row = model_row(name, model_class, Settings())
    assert row["quality"] in card
    verdict_model = f"{stem} {adapter.sha256[:8]} cpu fp32"
    in_emails = Translator()(quality_message(verdict_model, wiring.quality(verdict_model)))
    assert in_emails.replace(verdict_model, stem) == row["quality"]
    for head in row["heads"].values():
        for figure in head["figures"]:
            assert f"of {figure['set']} |" in card
            assert f"| {figure['accuracy']:.3f} |" in card


def test_new_figures_replace_the_block_and_nothing_else():
    adapter = load_adapter(ADAPTERS_FOLDER / "minilm-en.safetensors")
    adapter = replace(adapter, notes={"figures": {"sentiment": [HELD_OUT_ROW, OLD_ROW]}})
    card = with_block(f"# Card\n\n{START}\nold\n{END}\n\nend\n", adapter, "minilm-en")
    assert card == f"# Card\n\n{START}\n{block(adapter, 'minilm-en')}{END}\n\nend\n"
    assert "right in about 7 of 10 English posts; measured on 4,700 held-back tweets" in card
    assert (
        "| sentiment of semeval_sentiment_train | held out | 4,700 | 0.740 | 0.710 | 0.690 "
        "| 0.020 | 0.010 | 0.010 |"
    ) in card
    assert "| all | 2,000 | 0.740 | 0.710 | 0.720 | 0.020 | – | – |" in card


def test_a_figure_has_the_main_language_of_its_rows():
    english = {"text": "a bad day", "label": "negative", "language": "en"}
    german = english | {"language": "de"}
    rows = [*[english] * 19, german]
    one = set_figure(WordModel(), "sentiment", "s", rows, held_out=True)
    several = set_figure(WordModel(), "sentiment", "s", [*rows, *[german] * 9])
    assert (one["language"], one["held_out"], one["n"]) == ("en", True, 20)
    assert (several["language"], several["held_out"]) == (None, False)
    assert one["ece_excess"] == pytest.approx(one["ece"] - one["ece_floor"], abs=1e-3)
    assert one["scored"] == 0.95


def test_the_date_is_required(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["figures", "e5", "--data", "."])
    with pytest.raises(SystemExit):
        main()
    assert "--date" in capsys.readouterr().err
