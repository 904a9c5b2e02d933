"""nlp.train: the loop learns, goes on where it was stopped, and writes what the model loads."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp import adapter
from nlp.batching import padded
from nlp.models.minilm import MiniLM
from nlp.train import __main__ as command
from nlp.train.corpus import CLASSES, Labelled, Parts, emotions, parts, sentiment
from nlp.train.features import epoch
from nlp.train.fit import Recipe
from nlp.train.session import train
from tests.nlp.making import tiny_encoder

# One letter decides: what a tiny random encoder can learn in a few steps.
LETTERS = {"aaa": 0, "mmm": 1, "zzz": 2}
RECIPE = Recipe(epochs=8, shared=2, rank=2, rate=0.03, tokens=128, smoothing=0.0)


def rows(count):
    names = [name for _, name in zip(range(count), list(LETTERS) * count, strict=False)]
    return Labelled(tuple(names), tuple(LETTERS[name] for name in names))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def texts():
    return Parts(learned=rows(48), calibration=rows(9), validation=rows(9))


def write_rows(folder, name, some):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in some)


def test_it_learns_what_can_be_learned_and_the_model_reads_it(encoder, texts, tmp_path):
    points = []
    made = train(encoder, texts, RECIPE, checkpoint=tmp_path / "c", tell=points.append, every=8)
    path = tmp_path / "a.safetensors"
    adapter.write(path, made)
    model = MiniLM(path, encoder)
    said = [np.argmax(reading.probabilities) for reading in model.read(list(LETTERS))]
    assert said == list(LETTERS.values())
    assert points[-1].validation == made.notes["validation"] == 1.0
    total = points[-1].total
    assert [point.step for point in points] == [*range(8, total + 1, 8), total]


class StoppedError(Exception):
    """The power fails."""


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been(encoder, texts, tmp_path):
    whole = train(encoder, texts, RECIPE, checkpoint=tmp_path / "w", tell=lambda _: None, every=8)

    def stop(point):
        if point.step == 8:
            raise StoppedError

    steps = []
    checkpoint = tmp_path / "c"
    with pytest.raises(StoppedError):
        train(encoder, texts, RECIPE, checkpoint=checkpoint, tell=stop, every=8)
    resumed = train(
        encoder, texts, RECIPE, checkpoint=checkpoint, tell=lambda p: steps.append(p.step), every=8
    )
    assert steps[0] == 16
    for name, tensor in whole.tensors.items():
        assert resumed.tensors[name] == pytest.approx(tensor, abs=1e-5)


def test_another_recipe_starts_anew(encoder, texts, tmp_path):
    checkpoint = tmp_path / "c"
    short = replace(RECIPE, epochs=1)
    steps = []
    train(encoder, texts, short, checkpoint=checkpoint, tell=lambda _: None, every=2)
    train(
        encoder, texts, replace(short, seed=1), checkpoint=checkpoint,
        tell=lambda p: steps.append(p.step), every=2,
    )  # fmt: skip
    assert steps[0] == 2


def test_the_frozen_encoder_is_not_changed(encoder, texts, tmp_path):
    made = train(encoder, texts, RECIPE, checkpoint=tmp_path / "c", tell=lambda _: None)
    learned = {name.split(".")[0] for name in made.tensors}
    assert learned == {"layer", "head"}
    assert all(made.change(f"layer.{n}.attention.self.query") is not None for n in (0, 1))
    assert made.change("layer.2.attention.self.query") is None


@given(
    st.lists(st.integers(2, 96), min_size=1, max_size=80), st.integers(64, 512), st.integers(0, 99)
)
def test_an_epoch_has_each_text_once_in_batches_that_fit(lengths, tokens, seed):
    found = list(epoch(lengths, tokens, seed))
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * padded(max(lengths[i] for i in batch)) <= tokens
    assert found == list(epoch(lengths, tokens, seed))


def test_epochs_differ():
    assert list(epoch([8] * 50, 64, 0)) != list(epoch([8] * 50, 64, 1))


def test_no_text_is_both_learned_and_held_out(tmp_path):
    some = [{"text": f"text {n}", "label": CLASSES[n % 3]} for n in range(500)]
    write_rows(tmp_path, "semeval_sentiment_train", some)
    write_rows(tmp_path, "tweeteval_sentiment_validation", some[:3])
    found = parts(tmp_path, with_emotions=False)
    assert not set(found.learned.texts) & set(found.calibration.texts)
    assert len(found.learned) + len(found.calibration) == 500
    assert 5 < len(found.calibration) < 60


def test_texts_are_cleaned_as_the_model_will_see_them(tmp_path):
    write_rows(tmp_path, "tweets", [{"text": "@ada\u200b 😡 x", "label": "negative"}])
    assert sentiment(tmp_path, "tweets") == Labelled(("@user pouting face x",), (0,))


@pytest.mark.parametrize(
    ("labels", "group"),
    [
        (["joy"], "positive"), (["anger", "sadness"], "negative"), (["neutral"], "neutral"),
        (["annoyance", "neutral"], "negative"), (["joy", "anger"], None), (["curiosity"], None),
    ],
)  # fmt: skip
def test_emotions_of_one_group_have_its_class_and_others_are_left_out(labels, group, tmp_path):
    write_rows(tmp_path, "comments", [{"text": "x", "labels": labels}])
    expected = (CLASSES.index(group),) if group else ()
    assert emotions(tmp_path, "comments").classes == expected


def test_a_missing_file_is_named_with_what_is_wanted(tmp_path):
    with pytest.raises(ConfigError, match=r"no labelled texts at .*train\.jsonl\.gz; --data wants"):
        parts(tmp_path, with_emotions=False)


def test_the_command_ends_with_2_where_there_is_no_data(tmp_path, monkeypatch, capsys):
    arguments = ["train", "--data", str(tmp_path), "--out", str(tmp_path / "a.safetensors")]
    monkeypatch.setattr("sys.argv", arguments)
    threads = torch.get_num_threads()
    assert command.main() == 2
    torch.set_num_threads(threads)
    assert "no labelled texts at" in capsys.readouterr().err
