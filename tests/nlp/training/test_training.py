"""nlp.training: the loop fits, resumes, and writes an adapter that the model loads."""

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
from tests.nlp.factories import tiny_heads, tiny_model

pytestmark = pytest.mark.model  # torch alone takes seconds: only who runs these imports it

# One letter decides: what a tiny random encoder can learn in a few steps.
LETTERS = {"aaa": 0, "mmm": 1, "zzz": 2}
MOODS = {"aaa": {0}, "mmm": set(), "zzz": {0, 1}}
RECIPE = {"epochs": 8, "shared": 2, "rank": 2, "rate": 0.03, "tokens": 128, "smoothing": 0.1}


def train(encoder, texts, checkpoint, *, report=lambda _: None, every=8, teacher=None, **changes):
    """Train with RECIPE and *changes* to it; *teacher*: the changes in the recipe of a teacher."""
    from nlp.training.recipes import PLANS, Teacher
    from nlp.training.session import train
    from nlp.training.trainer import Recipe

    plan = replace(PLANS["minilm"], heads=tiny_heads(), recipe=Recipe(**(RECIPE | changes)))
    if teacher is not None:
        recipe = Recipe(**(RECIPE | teacher))
        plan = replace(plan, teacher=Teacher(heads=("sentiment",), recipe=recipe))
    return train(
        replace(plan, reference_base=plan.base if texts.alignment_texts else None),
        texts,
        locate=lambda _: encoder,
        checkpoint=checkpoint,
        report=report,
        every=every,
    )


def epoch(*choices):
    """Return the batches of one epoch."""
    from nlp.training import frozen_features

    return list(frozen_features.epoch(*choices))


def rows(count):
    pairs = [(name, [LETTERS[name]]) for _, name in zip(range(count), [*LETTERS] * count)]  # noqa: B905
    return labelled_texts("sentiment", ("negative", "neutral", "positive"), pairs)


def mood_rows(count):
    pairs = [(name, MOODS[name]) for _, name in zip(range(count), [*MOODS] * count)]  # noqa: B905
    return labelled_texts("mood", ("calm", "loud"), pairs)


@pytest.fixture(scope="module")
def texts():
    from nlp.training.splits import Portion, Splits

    return Splits(
        training=(Portion(texts=rows(48)), Portion(texts=mood_rows(24), repeats=2.5)),
        calibration={("sentiment", "*"): rows(9), ("sentiment", "de"): rows(9)},
        validation={"sentiment": rows(9)},
        priors={("sentiment", "de"): rows(10).priors},
    )


def test_training_fits_the_texts_and_the_model_loads_the_adapter(encoder, texts, tmp_path):
    reports = []
    trained_adapter = train(encoder, texts, tmp_path / "c", report=reports.append)
    path = tmp_path / "a.safetensors"
    adapter.save_adapter(path, trained_adapter)
    model = tiny_model(path, encoder)
    predictions = model.predict(list(LETTERS))
    assert [np.argmax(prediction.probabilities) for prediction in predictions] == list(
        LETTERS.values()
    )
    moods_by_text = [
        {n for n, share in enumerate(r.heads["mood"]) if share > 0.5} for r in predictions
    ]
    assert moods_by_text == list(MOODS.values())
    assert reports[-1].validation == trained_adapter.notes["validation"] == {"sentiment": 1.0}
    assert set(trained_adapter.heads["sentiment"].temperatures) == {"*", "de"}
    assert trained_adapter.heads["sentiment"].priors == {"de": (0.4, 0.3, 0.3)}
    assert trained_adapter.heads["mood"].priors == {}
    total = reports[-1].total
    assert [progress.step for progress in reports] == [*range(8, total + 1, 8), total]


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 1), min_size=15, max_size=15),
    st.booleans(),
)
def test_targets_are_half_label_half_teacher_or_all_teacher(classes, weights, has_labels):
    from nlp.training.splits import Portion

    names = ("negative", "neutral", "positive")
    pairs = [(f"text {n}", [c] if has_labels else []) for n, c in enumerate(classes)]
    teacher_probabilities = np.array(weights[: 3 * len(classes)], np.float32).reshape(-1, 3)
    teacher_probabilities /= teacher_probabilities.sum(axis=1, keepdims=True)
    portion = Portion(texts=labelled_texts("sentiment", names, pairs))
    assert portion.has_labels == has_labels
    targets = portion.with_teacher(teacher_probabilities).texts.targets
    label = np.eye(3)[classes]
    assert targets == pytest.approx(
        (label + teacher_probabilities) / 2 if has_labels else teacher_probabilities, abs=1e-6
    )
    assert portion.with_teacher(None) is portion


def test_unlabelled_texts_are_learned_from_the_teacher(encoder, texts, tmp_path):
    """Only the teacher labels "qqq"; its input there is "aaa", the teacher text of the portion."""
    from nlp.training.splits import Portion

    unknown_text = labelled_texts(
        "sentiment", ("negative", "neutral", "positive"), [("qqq", [])] * 16
    )
    unlabelled_texts = Portion(texts=unknown_text, teacher_texts=("aaa",) * 16)
    reports = []
    trained_adapter = train(
        encoder,
        replace(texts, training=(*texts.training, unlabelled_texts)),
        tmp_path / "c",
        report=reports.append,
        teacher={"seed": 1, "shared": 1},
    )
    assert [run for run, _ in groupby(p.run for p in reports)] == ["teacher", "model"]
    assert trained_adapter.notes["teacher"]["shared"] == 1
    assert trained_adapter.notes["recipe"]["shared"] == 2
    path = tmp_path / "a.safetensors"
    adapter.save_adapter(path, trained_adapter)
    predictions = tiny_model(path, encoder).predict(["qqq", "mmm"])
    assert [int(np.argmax(prediction.probabilities)) for prediction in predictions] == [0, 1]


def test_vectors_are_whitened_with_a_reference_encoder(encoder, texts, tmp_path):
    from nlp.training.splits import Portion

    alignment_texts = tuple(" ".join(letters) for letters in product("amqz", repeat=4))
    unlike = labelled_texts(
        "sentiment", ("negative", "neutral", "positive"), [(t, []) for t in alignment_texts]
    )
    training = (*texts.training, Portion(texts=unlike, repeats=0.0))
    splits = replace(texts, training=training, alignment_texts=alignment_texts)
    trained_adapter = train(encoder, splits, tmp_path / "c", epochs=1)
    width = trained_adapter.tensors[adapter.WHITENING_MEAN].shape[0]
    assert trained_adapter.tensors[adapter.WHITENING_MATRIX].shape == (width, width)
    assert np.isfinite(trained_adapter.tensors[adapter.WHITENING_MATRIX]).all()


def test_run_resumed_after_its_teacher_trains_the_teacher_again(encoder, texts, tmp_path):
    def stop(progress):
        if progress.run == "model":
            raise StoppedError

    with pytest.raises(StoppedError):
        train(encoder, texts, tmp_path / "c", report=stop, teacher={"seed": 1})
    reports = []
    train(encoder, texts, tmp_path / "c", report=reports.append, teacher={"seed": 1})
    teacher_steps = [progress.step for progress in reports if progress.run == "teacher"]
    assert teacher_steps == [reports[0].total]


class StoppedError(Exception):
    """An interruption of the training."""


def test_resumed_run_gives_the_same_adapter(encoder, texts, tmp_path):
    complete_adapter = train(encoder, texts, tmp_path / "w")

    def stop(progress):
        if progress.step == 8:
            raise StoppedError

    steps = []
    checkpoint = tmp_path / "c"
    with pytest.raises(StoppedError):
        train(encoder, texts, checkpoint, report=stop)
    resumed_adapter = train(encoder, texts, checkpoint, report=lambda p: steps.append(p.step))
    assert steps[0] == 16
    for name, tensor in complete_adapter.tensors.items():
        assert resumed_adapter.tensors[name] == pytest.approx(tensor, abs=1e-5)


def test_resumed_run_loads_the_frozen_states_from_their_cache(encoder, texts, tmp_path):
    train(encoder, texts, tmp_path / "c", epochs=1)
    cache = tmp_path / "c.model-features"
    first = cache.stat()
    train(encoder, texts, tmp_path / "c", epochs=1)
    assert cache.stat().st_mtime_ns == first.st_mtime_ns
    train(encoder, replace(texts, training=texts.training[:1]), tmp_path / "c", epochs=1)
    assert cache.stat().st_size < first.st_size


def test_run_without_a_teacher_leaves_unlabelled_texts_out(encoder, texts, tmp_path):
    from nlp.training.splits import Portion

    unlabelled = Portion(texts=labelled_texts("sentiment", ("a", "b", "c"), [("qqq", [])] * 48))
    splits = replace(texts, training=(*texts.training, unlabelled))
    trained_adapter = train(encoder, splits, tmp_path / "c")
    plain_adapter = train(encoder, texts, tmp_path / "d")
    for name, tensor in plain_adapter.tensors.items():
        assert trained_adapter.tensors[name] == pytest.approx(tensor, abs=1e-5)


def test_other_recipe_starts_from_the_beginning(encoder, texts, tmp_path):
    checkpoint = tmp_path / "c"
    steps = []
    train(encoder, texts, checkpoint, every=2, epochs=1)
    train(
        encoder, texts, checkpoint, report=lambda p: steps.append(p.step), every=2, epochs=1, seed=1
    )
    assert steps[0] == 2


def test_the_frozen_encoder_is_not_changed(encoder, texts, tmp_path):
    trained_adapter = train(encoder, texts, tmp_path / "c", every=500)
    prefixes = {name.split(".")[0] for name in trained_adapter.tensors}
    assert prefixes == {"layer", "head"}
    assert all(
        trained_adapter.weight_change(f"layer.{n}.attention.self.query") is not None for n in (0, 1)
    )
    assert trained_adapter.weight_change("layer.2.attention.self.query") is None


@given(st.lists(st.tuples(st.integers(1, 9), st.floats(0, 3)), max_size=4), st.integers(0, 9))
def test_epoch_repeats_texts_by_their_portion(portions, seed):
    from nlp.training.trainer import TrainingSet

    starts = np.cumsum([0, *(size for size, _ in portions)]).tolist()
    repeats = [
        (range(start, start + size), share)
        for start, (size, share) in zip(starts, portions, strict=False)
    ]
    indices = TrainingSet(features=None, heads=(), targets=(), repeats=repeats).sample_epoch(
        random.Random(seed)
    )
    for texts, share in repeats:
        counts = [indices.count(index) for index in texts]
        assert sum(counts) == int(share) * len(texts) + round(share % 1 * len(texts))
        assert max(counts) - min(counts) <= 1


@given(
    st.lists(st.integers(2, 96), min_size=1, max_size=80), st.integers(64, 512), st.integers(0, 99)
)
def test_an_epoch_has_each_text_once_in_batches_that_fit(lengths, tokens, seed):
    batches = epoch(lengths, tokens, seed)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert (
            len(batch) == 1 or len(batch) * padded_length(max(lengths[i] for i in batch)) <= tokens
        )
    assert batches == epoch(lengths, tokens, seed)


def test_epochs_differ():
    assert epoch([8] * 50, 64, 0) != epoch([8] * 50, 64, 1)


def test_command_without_data_exits_with_2(tmp_path, monkeypatch, capsys):
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
