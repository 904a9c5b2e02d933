"""Learning of one head from labelled texts: fit, then judge on the texts held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nlp.learning.class_figures import Predictions, index_predictions, set_f1, topic_figures
from nlp.learning.fit import FOLDS, HeadTexts, fit_head
from nlp.learning.gain import Counts, Gain, Metric, paired_gain
from nlp.learning.learned_head import LearnedHead, Matrix
from nlp.learning.splits import Split, fold_of, split
from nlp.topic_classifier import Vectors

MIN_HELD_OUT: Final = 50  # labels: fewer are not judged
MIN_CLASSES: Final = 2  # among the training labels: fewer teach nothing

# From vectors of texts to their topics.
Classify = Callable[[Vectors], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """A labelled text as the fit needs it."""

    mention: str  # id
    watch: str  # slug for ``towards``, else empty
    text: str
    text_sha256: str
    family: str | None
    classes: tuple[str, ...]  # the label
    probabilities: tuple[float, ...]  # of the packaged head, in the order of its classes
    prediction: tuple[str, ...]  # classes of the model in force; () without a score
    vector: Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOutcome:
    """The result of learning one head."""

    head: str
    texts: Sequence[LabelledText]
    split: Split
    before: dict[str, Any] | None  # figures on the held-out texts; None: not judged
    after: dict[str, Any] | None
    gain: Gain | None
    reason: str  # why it is kept or not
    new_head: LearnedHead | None = None  # None for topics, whose examples are the training texts

    @property
    def is_kept(self) -> bool:
        """True if the held-out gain exceeds its standard error."""
        return self.gain is not None and self.gain.is_reliable


def learn_head(
    head: str, classes: Sequence[str], texts: Sequence[LabelledText], *, uses_vectors: bool = True
) -> HeadOutcome:
    """Fit *head* on two thirds of *texts* and judge it on the others. Deterministic."""
    parts = _split(texts)
    problem = _problem(texts, parts)
    if problem:
        return _unjudged(head, texts, parts, problem)
    new_head = fit_head(_head_texts(classes, [texts[i] for i in parts.train], uses_vectors))
    held_out = [texts[i] for i in parts.held_out]
    test = _head_texts(classes, held_out, uses_vectors)
    best = new_head.apply(test.probabilities, test.vectors).argmax(axis=1)
    before = index_predictions(
        classes, [(t.classes[0], (*t.prediction, None)[0]) for t in held_out]
    )
    after = Predictions(classes=tuple(classes), truth=before.truth, predictions=best)
    gain = paired_gain(before.macro_f1, after.macro_f1, len(held_out))
    return HeadOutcome(
        head=head,
        texts=texts,
        split=parts,
        before=before.figures(),
        after=after.figures(),
        gain=gain,
        reason=_verdict(gain),
        new_head=new_head,
    )


def learn_topics(
    head: str,
    texts: Sequence[LabelledText],
    classifier_of: Callable[[Sequence[LabelledText]], Classify],
) -> HeadOutcome:
    """Judge the classifier that *classifier_of* builds from two thirds of *texts* on the others."""
    parts = _split(texts)
    problem = _problem(texts, parts)
    if problem:
        return _unjudged(head, texts, parts, problem)
    held_out = [texts[i] for i in parts.held_out]
    classify = classifier_of([texts[i] for i in parts.train])
    topics = classify(np.stack([t.vector for t in held_out]).astype(np.float32))
    before_pairs = [(t.classes, t.prediction) for t in held_out]
    after_pairs = [(t.classes, p) for t, p in zip(held_out, topics, strict=True)]
    gain = paired_gain(_mean_f1(before_pairs), _mean_f1(after_pairs), len(held_out))
    return HeadOutcome(
        head=head,
        texts=texts,
        split=parts,
        before=topic_figures(before_pairs),
        after=topic_figures(after_pairs),
        gain=gain,
        reason=_verdict(gain),
    )


def _split(texts: Sequence[LabelledText]) -> Split:
    return split([t.text_sha256 for t in texts], [t.family for t in texts])


def _problem(texts: Sequence[LabelledText], parts: Split) -> str:
    if len(parts.held_out) < MIN_HELD_OUT:
        return (
            f"not judged: {len(parts.held_out)} held-out labels, {MIN_HELD_OUT} are needed "
            "(a third of all labels is held out)"
        )
    if len({texts[i].classes for i in parts.train}) < MIN_CLASSES:
        return "not judged: all training labels are the same"
    return ""


def _unjudged(head: str, texts: Sequence[LabelledText], parts: Split, reason: str) -> HeadOutcome:
    return HeadOutcome(
        head=head, texts=texts, split=parts, before=None, after=None, gain=None, reason=reason
    )


def _verdict(gain: Gain) -> str:
    comparison = "exceeds" if gain.is_reliable else "does not exceed"
    return f"the held-out gain {comparison} its standard error"


def _head_texts(
    classes: Sequence[str],
    texts: Sequence[LabelledText],
    uses_vectors: bool,  # noqa: FBT001
) -> HeadTexts:
    position = {name: index for index, name in enumerate(classes)}
    vectors = np.stack([t.vector for t in texts])
    return HeadTexts(
        classes=tuple(classes),
        probabilities=np.array([t.probabilities for t in texts], np.float64),
        vectors=vectors if uses_vectors else vectors[:, :0],
        labels=np.array([position[t.classes[0]] for t in texts], np.int64),
        folds=np.array([fold_of(t.text_sha256, FOLDS) for t in texts], np.int64),
    )


def _mean_f1(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Metric:
    scores = np.array([set_f1(truth, p) for truth, p in pairs])

    def mean(counts: Counts) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Return the mean score of each draw."""
        means: np.ndarray[Any, np.dtype[np.float64]] = counts @ scores / counts.sum(axis=1)
        return means

    return mean
