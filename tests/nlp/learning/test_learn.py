"""A head is kept only for a reliable gain on texts that it was never trained on."""

from dataclasses import replace

import numpy as np
import pytest

from core.identity import text_sha256
from nlp.learning.gain import Gain, paired_gain
from nlp.learning.learn import MIN_HELD_OUT, LabelledText, learn_head, learn_topics
from nlp.learning.splits import is_held_out, split

CLASSES = ("negative", "neutral", "positive")
NEUTRAL = (0.2, 0.6, 0.2)
LEFT, RIGHT = np.eye(2)


def text(number, classes, **fields):
    content = f"text {number}"
    default = LabelledText(
        mention=f"{number:032x}",
        watch="",
        text=content,
        text_sha256=text_sha256(content),
        family=None,
        classes=classes,
        probabilities=NEUTRAL,
        prediction=("neutral",),
        vector=LEFT,
    )
    return replace(default, **fields)


def separable(count):
    """Return texts that the model calls neutral, half of them positive by their vector."""
    return [
        text(n, ("positive",), vector=RIGHT) if n % 2 else text(n, ("neutral",))
        for n in range(count)
    ]


def test_head_that_is_better_on_held_out_texts_is_kept():
    outcome = learn_head("sentiment", CLASSES, separable(240))
    assert outcome.is_kept
    assert outcome.before["accuracy"] < 0.7
    assert outcome.after["accuracy"] == 1.0
    assert outcome.gain.value > outcome.gain.standard_error > 0
    assert outcome.before["n"] == outcome.after["n"] == len(outcome.split.held_out)


def test_head_is_never_fitted_on_held_out_texts():
    """Wrong labels of held-out texts change no number of the head."""
    texts = separable(240)
    poisoned = [
        replace(t, classes=("negative",)) if is_held_out(t.text_sha256) else t for t in texts
    ]
    first, second = (learn_head("sentiment", CLASSES, rows) for rows in (texts, poisoned))
    assert first.new_head.to_json() == second.new_head.to_json()
    assert not second.is_kept


def test_labels_at_random_are_not_kept():
    random = np.random.default_rng(3)
    texts = [text(n, (CLASSES[random.integers(3)],), vector=random.normal(size=8) / 3)
             for n in range(300)]  # fmt: skip
    good = [replace(t, prediction=t.classes) for t in texts]
    assert not learn_head("sentiment", CLASSES, good).is_kept


def test_fewer_than_fifty_held_out_labels_are_not_judged():
    texts = separable(400)
    held_out = [t for t in texts if is_held_out(t.text_sha256)]
    others = [t for t in texts if not is_held_out(t.text_sha256)]
    outcome = learn_head("sentiment", CLASSES, held_out[: MIN_HELD_OUT - 1] + others)
    assert (outcome.is_kept, outcome.before, outcome.after) == (False, None, None)
    assert outcome.reason.startswith("not judged: 49 held-out labels")
    assert learn_head("sentiment", CLASSES, held_out[:MIN_HELD_OUT] + others).is_kept


def test_labels_of_one_class_are_not_judged():
    outcome = learn_head("sentiment", CLASSES, [text(n, ("neutral",)) for n in range(300)])
    assert outcome.reason == "not judged: all training labels are the same"


def test_no_labels_are_not_judged():
    assert not learn_head("sentiment", CLASSES, []).is_kept


def test_near_duplicate_of_a_held_out_text_is_not_trained_on():
    hashes = [text_sha256(str(n)) for n in range(60)]
    held_out = next(i for i, h in enumerate(hashes) if is_held_out(h))
    other = next(i for i, h in enumerate(hashes) if not is_held_out(h))
    families = [None] * 60
    families[held_out] = families[other] = "same"
    parts = split(hashes, families)
    assert other not in {*parts.train, *parts.held_out}
    assert len(parts.train) + len(parts.held_out) == 59


def test_a_third_is_held_out():
    share = np.mean([is_held_out(text_sha256(str(n))) for n in range(3000)])
    assert share == pytest.approx(1 / 3, abs=0.03)


def topic_texts(count):
    return [text(n, ("price",) if n % 2 else (), prediction=()) for n in range(count)]


def test_topics_are_kept_if_their_examples_find_more():
    texts = [replace(t, vector=RIGHT if t.classes else LEFT) for t in topic_texts(240)]
    trained = []

    def classifier_of(rows):
        trained.extend(rows)
        return lambda vectors: [("price",) if v[1] else () for v in vectors]

    outcome = learn_topics("topic", texts, classifier_of)
    assert outcome.is_kept
    assert (outcome.after["accuracy"], outcome.before["accuracy"] < 0.7) == (1.0, True)
    assert not any(is_held_out(t.text_sha256) for t in trained)


def test_useless_topic_examples_are_not_kept():
    outcome = learn_topics("topic", topic_texts(240), lambda _: lambda rows: [()] * len(rows))
    assert (outcome.is_kept, outcome.gain.value) == (False, 0.0)


def test_standard_error_is_that_of_paired_differences():
    before = np.array([0, 0, 1, 1] * 25)
    after = np.array([1, 0, 1, 1] * 25)
    gain = paired_gain(
        lambda counts: counts @ before / 100, lambda counts: counts @ after / 100, len(before)
    )
    assert gain.value == pytest.approx(0.25)
    assert gain.standard_error == pytest.approx(np.std(after - before) / 10, rel=0.1)


@pytest.mark.parametrize(("value", "is_reliable"), [(0.03, True), (0.02, False), (-0.1, False)])
def test_gain_must_exceed_its_standard_error(value, is_reliable):
    assert Gain(value=value, standard_error=0.02).is_reliable is is_reliable
