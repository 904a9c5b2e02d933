"""``evaluate --task topics``: topics of a file, examples drawn at random and reproducibly."""

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.plugins import load
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import EvaluationOptions, InputRow
from nlp.evaluation.tasks.topics import Topics
from nlp.model import Model
from tests.nlp.factories import FAILING_WORD, WordModel

TAXONOMY = """\
examples: pool.jsonl
topics:
  - {id: battery, name: Power supply, sentences: [battery charger cell]}
  - {id: brakes, name: Brakes, sentences: [brake lever disc]}
"""
POOL = [(f"watt volt {k}", "battery") for k in range(9)] + [("pads rotor", "Brakes!")] * 2
TOPICS = Path(__file__).parents[3] / "nlp" / "taxonomies"


@pytest.fixture
def path(tmp_path):
    (tmp_path / "pool.jsonl").write_text(
        "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in POOL)
    )
    (tmp_path / "t.yaml").write_text(TAXONOMY)
    return tmp_path / "t.yaml"


class CountingModel(WordModel):
    """A model that counts the texts that it encodes."""

    def __init__(self):
        super().__init__()
        self.encoded_counts = Counter()

    def encode(self, texts):
        self.encoded_counts.update(texts)
        return super().encode(texts)


def rows(*pairs):
    return [{"text": text, "label": label, "language": "en"} for text, label in pairs]


def evaluate_rows(path, *pairs, shots=None):
    options = EvaluationOptions(taxonomy=path, shots=shots)
    return evaluate(rows(*pairs), WordModel(), "topics", None, options)


def test_most_likely_topic_is_predicted_at_any_distance(path):
    report = evaluate_rows(path, ("the charger is off", "battery"), ("my lever", "brakes"))
    assert report.figures["accuracy"] == 1.0
    assert [prediction["topic"] for prediction in report.predictions] == ["battery", "brakes"]


@pytest.mark.parametrize("label", ["battery", "BATTERY", "power_supply?", "Power supply"])
def test_label_is_an_id_or_name_in_any_case_and_punctuation(path, label):
    assert evaluate_rows(path, ("charger", label)).figures["accuracy"] == 1.0


def test_examples_add_words_to_a_topic(path):
    pairs = [("volt watt", "battery"), ("rotor pads", "brakes")]
    assert evaluate_rows(path, *pairs).figures["accuracy"] < 1.0
    assert evaluate_rows(path, *pairs, shots=2).figures["accuracy"] == 1.0


def draws(path, shots, model):
    task = Topics(model, EvaluationOptions(taxonomy=path, shots=shots))
    return list(task.samples([InputRow(text="charger", language="en")]))


def test_draws_differ_by_seed_and_are_reproducible(path):
    first, second = (draws(path, 3, WordModel()) for _ in range(2))
    assert [d.tolist() for d in first] == [d.tolist() for d in second]
    assert len({tuple(d[0]) for d in first}) > 1


def test_number_of_examples_is_limited_and_each_is_encoded_once(path):
    model = CountingModel()
    assert len(draws(path, 1, model)) == 5
    assert set(model.encoded_counts.values()) == {1}
    assert 1 < sum("watt" in text for text in model.encoded_counts) <= 5
    assert len(draws(path, 99, WordModel())) == 5


def test_without_shots_there_is_one_draw_of_no_examples(path):
    model = CountingModel()
    assert len(draws(path, None, model)) == 1
    assert not [text for text in model.encoded_counts if "watt" in text]


def test_foreign_empty_and_failing_texts_are_unscored(path):
    inputs = [
        InputRow(text="charger", language="de"),
        InputRow(text=" ", language="en"),
        InputRow(text=f"charger {FAILING_WORD}", language="en"),
        InputRow(text="charger"),
    ]
    (probabilities,) = Topics(WordModel(), EvaluationOptions(taxonomy=path)).samples(inputs)
    assert [bool(row[0] == row[0]) for row in probabilities] == [False, False, False, True]
    (no_probabilities,) = Topics(WordModel(), EvaluationOptions(taxonomy=path)).samples(inputs[:1])
    assert no_probabilities.shape == (1, 2)


def test_missing_option_is_an_error(path, tmp_path):
    with pytest.raises(ConfigError, match="needs --taxonomy"):
        Topics(WordModel(), EvaluationOptions())
    taxonomy_path = tmp_path / "bare.yaml"
    taxonomy_path.write_text(TAXONOMY.partition("\n")[2])
    with pytest.raises(ConfigError, match=r"--shots: .*bare.yaml has no `examples`"):
        Topics(WordModel(), EvaluationOptions(taxonomy=taxonomy_path, shots=8))


@pytest.mark.model
@pytest.mark.parametrize(("shots", "minimum"), [(None, 0.72), (8, 0.82)])
def test_figures_of_the_documentation_hold_on_banking77(shots, minimum):
    """Measured on every fourth row, with a tolerance of two points."""
    shared_folder = Path(os.environ.get("SHARED", "../shared"))
    path = shared_folder / "data" / "banking77_test.jsonl.gz"
    if not path.exists():
        pytest.skip("SHARED has no data/banking77_test.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        banking_rows = [json.loads(line) for line in lines][::4]
    model = load("nlp.models", "minilm", Model)()
    options = EvaluationOptions(taxonomy=TOPICS / "banking77.yaml", shots=shots)
    assert evaluate(banking_rows, model, "topics", None, options).figures["macro_f1"] >= minimum
