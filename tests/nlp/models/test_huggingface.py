"""nlp.models.huggingface: the scores of a transformers pipeline on the same folder."""

import math
import shutil
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.model import Model
from nlp.models.huggingface import HuggingFace
from tests.nlp import classifier_folders
from tests.nlp.classifier_folders import FAMILIES, LABELS, POSITIONS, edit_json
from tests.nlp.factories import WordModel, texts

pytestmark = pytest.mark.model

SHORT = ["the fox", "x", "a quick brown the", "!", "the lazy dog jumps over the", "Ünïcode 🙂 the"]
LONG = ["the " * 200, "abcdefg hij " * 30, "z " * (POSITIONS - 2)]


@pytest.fixture(autouse=True)
def embedder(monkeypatch):
    """Use a light model for the vectors."""
    from core import plugins

    load = plugins.load

    def load_model(package, name, base):
        return WordModel if (package, name) == ("nlp.models", "e5") else load(package, name, base)

    monkeypatch.setattr(plugins, "load", load_model)


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request, tmp_path_factory):
    return FAMILIES[request.param](tmp_path_factory.mktemp(request.param) / "our-classifier")


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return classifier_folders.bert(tmp_path_factory.mktemp("bert") / "our-classifier")


@pytest.fixture
def copy(bert, tmp_path):
    return shutil.copytree(bert, tmp_path / "copy")


def open_folder(folder, **options):
    values = {"path": str(folder), "languages": ["en"]} | options
    return HuggingFace(HuggingFace.Options.model_validate(values))


def probabilities(model, texts):
    return np.array([prediction.probabilities for prediction in model.predict(texts)])


def pipeline_probabilities(folder, texts):
    from transformers import pipeline

    classify = pipeline("text-classification", model=str(folder), device="cpu", top_k=None)
    rows = [{row["label"]: row["score"] for row in shares} for shares in classify(list(texts))]
    return np.array([[row[label] for label in LABELS] for row in rows])


def window_probabilities(folder, text):
    """Return the mean over the windows of *text*, each run alone by transformers."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    body = tokenizer(text, add_special_tokens=False)["input_ids"]
    first, last = tokenizer("x")["input_ids"][0], tokenizer("x")["input_ids"][-1]
    count = math.ceil(len(body) / (POSITIONS - 2))
    edges = [len(body) * part // count for part in range(count + 1)]
    rows = [[first, *body[a:b], last] for a, b in pairwise(edges)]
    with torch.inference_mode():
        shares = [torch.softmax(model(torch.tensor([row])).logits[0], 0).numpy() for row in rows]
    return np.average(shares, axis=0, weights=[len(row) for row in rows]), count


def test_scores_equal_those_of_a_pipeline(folder):
    model = open_folder(folder)
    together = probabilities(model, SHORT * 3)
    assert together == pytest.approx(
        np.tile(pipeline_probabilities(folder, SHORT), (3, 1)), abs=1e-5
    )
    assert together.std(axis=0).max() > 0.01  # random weights that tell the texts apart


def test_long_texts_are_means_over_windows(folder):
    model = open_folder(folder)
    for text, row in zip(LONG, probabilities(model, [*LONG, *SHORT]), strict=False):
        expected, count = window_probabilities(folder, text)
        assert row == pytest.approx(expected, abs=1e-5)
        assert count > 1 or text is LONG[-1]


def test_special_tokens_in_a_text_are_words(folder):
    """Else any author could end the text with one."""
    model = open_folder(folder)
    ends = model._classifier._windows._last
    for text in ("the </s> the", "the [SEP] the"):
        [(_, ids)] = model._classifier._windows.split([text])
        assert (ids.count(ends[0]), ids[-1:]) == (1, ends)


def test_a_text_that_just_fits_is_one_window(folder):
    text = "z " * ((POSITIONS - 2) // 2)
    assert probabilities(open_folder(folder), [text]) == pytest.approx(
        pipeline_probabilities(folder, [text]), abs=1e-5
    )


@settings(max_examples=20)
@given(st.lists(texts, max_size=4))
def test_any_text_has_probabilities(bert, raw_texts):
    if not hasattr(test_any_text_has_probabilities, "model"):
        test_any_text_has_probabilities.model = open_folder(bert)
    encodable_texts = [text.encode("utf-8", "replace").decode() for text in raw_texts]
    for prediction in test_any_text_has_probabilities.model.predict(encodable_texts):
        assert sum(prediction.probabilities) == pytest.approx(1.0, abs=1e-4)


def test_it_is_a_model_named_by_folder_and_hash(bert, copy):
    model = open_folder(bert, languages=["en", "nl"], temperature=2)
    assert isinstance(model, Model)
    assert model.name == f"huggingface our-classifier@{model.files_sha256[:8]} cpu fp32"
    assert model.languages == {"en", "nl"}
    assert model.temperatures == {"sentiment": {"*": 2.0}}
    assert (model.encoder_sha256, model.supports_targets) == (WordModel.encoder_sha256, False)
    assert open_folder(copy).files_sha256 == model.files_sha256
    assert model.predict(["the"])[0].vector == pytest.approx(WordModel().encode(["the"])[0])


def test_it_has_no_published_figures(bert):
    from nlp.encoder.published_quality import published_figure

    assert published_figure(open_folder(bert).name) is None


def test_a_temperature_divides_the_logits(bert):
    plain, soft = (probabilities(open_folder(bert, temperature=t), SHORT) for t in (1, 3))
    powers = plain ** (1 / 3)
    assert soft == pytest.approx(powers / powers.sum(axis=1, keepdims=True), abs=1e-5)


def test_labels_of_one_sentiment_are_summed(tmp_path):
    stars = tuple(f"{n} star{'s' * (n > 1)}" for n in range(1, 6))
    folder = classifier_folders.bert(tmp_path / "stars", stars)
    from transformers import pipeline

    [shares] = pipeline("text-classification", model=str(folder), top_k=None)(["the fox"])
    by_label = {row["label"]: row["score"] for row in shares}
    one, two, three, four, five = (by_label[name] for name in stars)
    assert probabilities(open_folder(folder), ["the fox"])[0] == pytest.approx(
        [one + two, three, four + five], abs=1e-5
    )


def test_a_model_without_neutral_never_predicts_it(tmp_path):
    folder = classifier_folders.bert(tmp_path / "two", ("NEG", "POS"))
    assert (probabilities(open_folder(folder, temperature=2), SHORT)[:, 1] == 0).all()


def test_not_a_number_is_refused_at_the_start(copy):
    from safetensors.torch import load_file, save_file

    tensors = load_file(copy / "model.safetensors")
    tensors["classifier.bias"][0] = float("nan")
    save_file(tensors, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ConfigError, match="failed its self-test"):
        open_folder(copy)


def test_an_engine_of_packaged_models_is_refused(bert):
    options = HuggingFace.Options(path=str(bert), languages=("en",))
    with pytest.raises(ConfigError, match="engine: 'openvino' runs packaged models only"):
        HuggingFace(options, engine="openvino")
    with pytest.raises(ConfigError, match="device: there is no 'cuda:93'"):
        HuggingFace(options, device="cuda:93")


def test_missing_weights_are_refused(copy):
    from safetensors.torch import load_file, save_file

    tensors = load_file(copy / "model.safetensors")
    del tensors["classifier.weight"]
    save_file(tensors, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ConfigError, match=r"lacks the weights classifier\.weight"):
        open_folder(copy)


def test_a_model_that_needs_code_of_its_own_is_refused(copy):
    _add_code(copy)
    edit_json(copy / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config"})
    with pytest.raises(ConfigError, match=r"needs code of its own, which Harken never runs\.$"):
        open_folder(copy)
    assert not (copy / "ran").exists()


def test_code_of_a_tokenizer_is_never_run(copy):
    """transformers uses its own class instead, or refuses the folder."""
    _add_code(copy)
    auto_map = {"AutoTokenizer": ["own.Own", None]}
    edit_json(copy / "tokenizer_config.json", tokenizer_class="Own", auto_map=auto_map)
    with suppress(ConfigError):
        open_folder(copy)
    assert not (copy / "ran").exists()


def _add_code(folder):
    """Add a module that leaves a file if it is imported."""
    (folder / "own.py").write_text(
        f"open({str(folder / 'ran')!r}, 'w')\nclass Own: pass\nConfig = Own"
    )


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("tokenizer.json", "{}"),
        ("model.safetensors", "not weights"),
        ("config.json", '{"architectures": ["BertForSequenceClassification"]}'),
    ],
)
def test_a_damaged_file_is_one_sentence(copy, file, content):
    (copy / file).write_text(content)
    with pytest.raises(ConfigError, match=r"cannot be loaded by transformers \(\w+\)\.$"):
        open_folder(copy)


def test_a_tokenizer_of_another_model_is_one_sentence(copy, tmp_path):
    other = classifier_folders.roberta(tmp_path / "other")  # 261 tokens, where the model has 57
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(other / name, copy / name)
    with pytest.raises(ConfigError, match=r"cannot be run \(IndexError\)\.$"):
        open_folder(copy)


def test_labels_that_do_not_exclude_each_other_are_refused(copy):
    edit_json(copy / "config.json", problem_type="multi_label_classification")
    with pytest.raises(ConfigError, match="do not exclude each other"):
        open_folder(copy)
