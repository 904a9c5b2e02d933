"""nlp.training: the loop learns, goes on where it was stopped, and writes what the model loads."""

import random
from dataclasses import replace
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import adapter
from nlp.encoder.batching import padded_length
from nlp.training.datasets import labelled_texts
from tests.nlp.factories import tiny_heads

pytestmark = pytest.mark.model  # torch alone takes seconds: only who runs these imports it

# One letter decides: what a tiny random encoder can learn in a few steps.
LETTERS = {"aaa": 0, "mmm": 1, "zzz": 2}
MOODS = {"aaa": {0}, "mmm": set(), "zzz": {0, 1}}
RECIPE = {"epochs": 8, "shared": 2, "rank": 2, "rate": 0.03, "tokens": 128, "smoothing": 0.1}


def train(encoder, texts, checkpoint, *, tell=lambda _: None, every=8, teacher=None, **changed):
    """The adapter of RECIPE, where nothing is *changed*; *teacher*: what is, in its recipe."""
    from nlp.training.recipes import PLANS, Teacher
    from nlp.training.session import train
    from nlp.training.trainer import Recipe

    plan = replace(PLANS["minilm"], heads=tiny_heads(), recipe=Recipe(**(RECIPE | changed)))
    if teacher is not None:
        recipe = Recipe(**(RECIPE | teacher))
        plan = replace(plan, teacher=Teacher(heads=("sentiment",), recipe=recipe))
    return train(
        replace(plan, reference_base=plan.base if texts.alignment_texts else None),
        texts,
        locate=lambda _: encoder,
        checkpoint=checkpoint,
        report=tell,
        every=every,
    )


def epoch(*choices):
    """The batches of one pass."""
    from nlp.training import frozen_features

    return list(frozen_features.epoch(*choices))


def rows(count):
    pairs = [(name, [LETTERS[name]]) for _, name in zip(range(count), [*LETTERS] * count)]  # noqa: B905
    return labelled_texts("sentiment", ("negative", "neutral", "positive"), pairs)


def moods(count):
    pairs = [(name, MOODS[name]) for _, name in zip(range(count), [*MOODS] * count)]  # noqa: B905
    return labelled_texts("mood", ("calm", "loud"), pairs)


@pytest.fixture(scope="module")
def texts():
    from nlp.training.splits import Portion, Splits

    return Splits(
        training=(Portion(texts=rows(48)), Portion(texts=moods(24), repeats=2.5)),
        calibration={("sentiment", "*"): rows(9), ("sentiment", "de"): rows(9)},
        validation={"sentiment": rows(9)},
        priors={("sentiment", "de"): rows(10).priors},
    )


def test_it_learns_what_can_be_learned_and_the_model_reads_it(encoder, texts, tmp_path):
    from nlp.models.minilm import MiniLM

    points = []
    made = train(encoder, texts, tmp_path / "c", tell=points.append)
    path = tmp_path / "a.safetensors"
    adapter.save_adapter(path, made)
    model = MiniLM(path, encoder)
    readings = model.predict(list(LETTERS))
    assert [np.argmax(reading.probabilities) for reading in readings] == list(LETTERS.values())
    felt = [{n for n, share in enumerate(r.heads["mood"]) if share > 0.5} for r in readings]
    assert felt == list(MOODS.values())
    assert points[-1].validation == made.notes["validation"] == {"sentiment": 1.0}
    assert set(made.heads["sentiment"].temperatures) == {"*", "de"}
    assert made.heads["sentiment"].priors == {"de": (0.4, 0.3, 0.3)}
    assert made.heads["mood"].priors == {}
    total = points[-1].total
    assert [point.step for point in points] == [*range(8, total + 1, 8), total]


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 1), min_size=15, max_size=15),
    st.booleans(),
)
def test_a_teachers_word_is_half_of_what_is_learned_and_all_where_there_is_no_label(
    classes, weights, told
):
    from nlp.training.splits import Portion

    names = ("negative", "neutral", "positive")
    pairs = [(f"text {n}", [c] if told else []) for n, c in enumerate(classes)]
    said = np.array(weights[: 3 * len(classes)], np.float32).reshape(-1, 3)
    said /= said.sum(axis=1, keepdims=True)
    portion = Portion(texts=labelled_texts("sentiment", names, pairs))
    assert portion.has_labels == told
    learned = portion.with_teacher(said).texts.targets
    label = np.eye(3)[classes]
    assert learned == pytest.approx((label + said) / 2 if told else said, abs=1e-6)
    assert portion.with_teacher(None) is portion


def test_what_nobody_labelled_is_learned_from_the_teacher(encoder, texts, tmp_path):
    """Of "qqq" only the teacher has an answer; it reads "aaa" there, as the portion tells it."""
    from nlp.models.minilm import MiniLM
    from nlp.training.splits import Portion

    strange = labelled_texts("sentiment", ("negative", "neutral", "positive"), [("qqq", [])] * 16)
    untold = Portion(texts=strange, teacher_texts=("aaa",) * 16)
    points = []
    made = train(
        encoder,
        replace(texts, training=(*texts.learned, untold)),
        tmp_path / "c",
        tell=points.append,
        teacher={"seed": 1, "shared": 1},
    )
    assert [run for run, _ in groupby(p.run for p in points)] == ["teacher", "model"]
    assert made.notes["teacher"]["shared"] == 1
    assert made.notes["recipe"]["shared"] == 2
    path = tmp_path / "a.safetensors"
    adapter.save_adapter(path, made)
    read = MiniLM(path, encoder).predict(["qqq", "mmm"])
    assert [int(np.argmax(reading.probabilities)) for reading in read] == [0, 1]


def test_vectors_are_levelled_where_a_better_encoder_shows_how(encoder, texts, tmp_path):
    from nlp.training.splits import Portion

    likened = tuple(" ".join(letters) for letters in product("amqz", repeat=4))
    unlike = labelled_texts(
        "sentiment", ("negative", "neutral", "positive"), [(t, []) for t in likened]
    )
    learned = (*texts.learned, Portion(texts=unlike, repeats=0.0))
    parts = replace(texts, training=learned, alignment_texts=likened)
    made = train(encoder, parts, tmp_path / "c", epochs=1)
    width = made.tensors[adapter.WHITENING_MEAN].shape[0]
    assert made.tensors[adapter.WHITENING_MATRIX].shape == (width, width)
    assert np.isfinite(made.tensors[adapter.WHITENING_MATRIX]).all()


def test_a_run_stopped_after_its_teacher_asks_him_again(encoder, texts, tmp_path):
    def stop(point):
        if point.run == "model":
            raise StoppedError

    with pytest.raises(StoppedError):
        train(encoder, texts, tmp_path / "c", tell=stop, teacher={"seed": 1})
    points = []
    train(encoder, texts, tmp_path / "c", tell=points.append, teacher={"seed": 1})
    lessons = [point.step for point in points if point.run == "teacher"]
    assert lessons == [points[0].total]


class StoppedError(Exception):
    """The power fails."""


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been(encoder, texts, tmp_path):
    whole = train(encoder, texts, tmp_path / "w")

    def stop(point):
        if point.step == 8:
            raise StoppedError

    steps = []
    checkpoint = tmp_path / "c"
    with pytest.raises(StoppedError):
        train(encoder, texts, checkpoint, tell=stop)
    resumed = train(encoder, texts, checkpoint, tell=lambda p: steps.append(p.step))
    assert steps[0] == 16
    for name, tensor in whole.tensors.items():
        assert resumed.tensors[name] == pytest.approx(tensor, abs=1e-5)


def test_another_recipe_starts_anew(encoder, texts, tmp_path):
    checkpoint = tmp_path / "c"
    steps = []
    train(encoder, texts, checkpoint, every=2, epochs=1)
    train(
        encoder, texts, checkpoint, tell=lambda p: steps.append(p.step), every=2, epochs=1, seed=1
    )
    assert steps[0] == 2


def test_the_frozen_encoder_is_not_changed(encoder, texts, tmp_path):
    made = train(encoder, texts, tmp_path / "c", every=500)
    learned = {name.split(".")[0] for name in made.tensors}
    assert learned == {"layer", "head"}
    assert all(made.weight_change(f"layer.{n}.attention.self.query") is not None for n in (0, 1))
    assert made.weight_change("layer.2.attention.self.query") is None


@given(st.lists(st.tuples(st.integers(1, 9), st.floats(0, 3)), max_size=4), st.integers(0, 9))
def test_an_epoch_has_each_text_as_often_as_its_portion_says(portions, seed):
    from nlp.training.trainer import TrainingSet

    starts = np.cumsum([0, *(size for size, _ in portions)]).tolist()
    passes = [
        (range(start, start + size), share)
        for start, (size, share) in zip(starts, portions, strict=False)
    ]
    chosen = TrainingSet(features=None, heads=(), targets=(), repeats=passes).sample_epoch(
        random.Random(seed)
    )
    for texts, share in passes:
        often = [chosen.count(index) for index in texts]
        assert sum(often) == int(share) * len(texts) + round(share % 1 * len(texts))
        assert max(often) - min(often) <= 1


@given(
    st.lists(st.integers(2, 96), min_size=1, max_size=80), st.integers(64, 512), st.integers(0, 99)
)
def test_an_epoch_has_each_text_once_in_batches_that_fit(lengths, tokens, seed):
    found = epoch(lengths, tokens, seed)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        assert (
            len(batch) == 1 or len(batch) * padded_length(max(lengths[i] for i in batch)) <= tokens
        )
    assert found == epoch(lengths, tokens, seed)


def test_epochs_differ():
    assert epoch([8] * 50, 64, 0) != epoch([8] * 50, 64, 1)


def test_the_command_ends_with_2_where_there_is_no_data(tmp_path, monkeypatch, capsys):
    import torch

    from nlp.training import __main__ as command

    arguments = [
        "train",
        "minilm",
        "--data",
        str(tmp_path),
        "--out",
        str(tmp_path / "a.safetensors"),
    ]
    monkeypatch.setattr("sys.argv", arguments)
    threads = torch.get_num_threads()
    assert command.main() == 2
    torch.set_num_threads(threads)
    assert "no labelled texts at" in capsys.readouterr().err
