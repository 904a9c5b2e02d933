"""Labelled texts with their stored vectors and scores, as the fit of a head needs them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from core.mention import Mention, Sentiment, Verdict
from harken.pipeline.learning.learned import learned_heads
from nlp.encoder.adapter import for_language
from nlp.learning.learn import LabelledText
from nlp.learning.learned_head import LearnedHead, Matrix
from nlp.learning.learned_model import split_name, trained_name
from nlp.prior_shift import moved_verdict
from store.labels import learned
from store.labels.label import ROLE_CLASSES, Label, LabelHead
from store.labels.labels import labelled_mentions
from store.watches import active_topics

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from nlp.model import Model

SENTIMENTS: Final = tuple(map(str, Sentiment))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScoredLabel:
    """A label and the score that it confirms or corrects."""

    label: Label
    mention: Mention
    verdict: Verdict
    vector: Matrix  # of the mention

    @property
    def is_implied_sentiment(self) -> bool:
        """True for a label towards the one watch that a text names: it is of the whole text."""
        return self.label.head is LabelHead.TOWARDS and self.verdict.watch is None

    @property
    def head(self) -> LabelHead:
        """The head that the label teaches."""
        return LabelHead.SENTIMENT if self.is_implied_sentiment else self.label.head


class TextCollector:
    """Reader of labelled texts with the scores of the packaged heads below the learned ones."""

    def __init__(self, tx: "Connection", model: "Model") -> None:
        self._tx = tx
        self._model = model
        self._versions: dict[str, dict[str, LearnedHead]] = {}
        version = learned.version_in_force(tx, trained_name(model.name), model.encoder_sha256)
        self._in_force = learned_heads(version.heads) if version else {}
        self._topics = {topic.id for topic in active_topics(tx)}

    def collect(self) -> tuple[Mapping[str, list[LabelledText]], int]:
        """Return the labelled texts by head, and the number of labels that were left out."""
        pairs = list(labelled_mentions(self._tx))
        explicit_ids = {label.mention for label, _ in pairs if label.head is LabelHead.SENTIMENT}
        texts: dict[str, list[LabelledText]] = defaultdict(list)
        for scored_label in _without_repeats(self._scored_labels(pairs), explicit_ids):
            texts[scored_label.head].append(self._text(scored_label))
        return texts, len(pairs) - sum(map(len, texts.values()))

    def _scored_labels(self, pairs: Sequence[tuple[Label, Mention]]) -> Iterator[_ScoredLabel]:
        """Yield the labels of *pairs* whose texts have a vector and a score by the model."""
        ids = list(dict.fromkeys(mention.id for _, mention in pairs))
        vectors = learned.stored_vectors(self._tx, ids, self._model.encoder_sha256)
        for label, mention in pairs:
            vector = vectors.get((mention.id, mention.text_sha256))
            verdict = self._verdict(label, mention)
            if vector is None or verdict is None or self._is_of_removed_topics(label):
                continue
            yield _ScoredLabel(
                label=label, mention=mention, verdict=verdict, vector=_floats(vector)
            )

    def _verdict(self, label: Label, mention: Mention) -> Verdict | None:
        """Return what the model scored and *label* corrects, without a prior; None: nothing."""
        verdict = mention.verdict_for(label.watch or None)
        if verdict is None or not self._is_of_model(verdict):
            return None
        return self._without_prior(verdict, mention.language)

    def _is_of_model(self, verdict: Verdict) -> bool:
        """Return True for a sentiment that the model gave, and no rule."""
        is_same = trained_name(verdict.model) == trained_name(self._model.name)
        return is_same and verdict.sentiment is not None and verdict.rule is None

    def _without_prior(self, verdict: Verdict, language: str | None) -> Verdict:
        """Return *verdict* as it was before the prior of a source or watch moved it."""
        if not verdict.prior:
            return verdict
        shares = for_language(self._model.sentiment_shares, language) or (1.0,) * len(SENTIMENTS)
        return moved_verdict(verdict, shares, [verdict.prior[s] for s in SENTIMENTS])

    def _is_of_removed_topics(self, label: Label) -> bool:
        has_topics = label.head is LabelHead.TOPIC and bool(label.classes)
        return has_topics and not self._topics.intersection(label.classes)

    def _text(self, scored_label: _ScoredLabel) -> LabelledText:
        head, label, mention = scored_label.head, scored_label.label, scored_label.mention
        verdict, vector = scored_label.verdict, scored_label.vector
        row = self._packaged_row(head, verdict, vector)
        return LabelledText(
            mention=mention.id,
            watch=label.watch if head is LabelHead.TOWARDS else "",
            text=mention.text,
            text_sha256=mention.text_sha256,
            family=mention.family,
            classes=tuple(sorted(self._topics.intersection(label.classes)))
            if head is LabelHead.TOPIC
            else label.classes,
            probabilities=row,
            prediction=self._prediction(head, verdict, row, vector),
            vector=vector,
        )

    def _packaged_row(self, head: LabelHead, verdict: Verdict, vector: Matrix) -> tuple[float, ...]:
        """Return the probabilities of the packaged head: of a learned verdict by inversion."""
        if head is LabelHead.TOPIC:
            return ()
        stored_row = _stored_row(head, verdict)
        learned_head = self._heads_of(verdict.model).get(head)
        if learned_head is None:
            return stored_row
        row = learned_head.invert(np.array([stored_row]), vector[None, :])[0]
        return tuple(row.tolist())

    def _prediction(
        self, head: LabelHead, verdict: Verdict, row: Sequence[float], vector: Matrix
    ) -> tuple[str, ...]:
        """Return the classes that the version in force predicts."""
        if head is LabelHead.TOPIC:
            return verdict.topics
        if head is LabelHead.ROLE and head not in self._in_force and head not in verdict.heads:
            return ROLE_CLASSES[:1]  # without a head everyone counts as a customer
        probabilities = np.array([row])
        if head in self._in_force:
            probabilities = self._in_force[head].apply(probabilities, vector[None, :])
        classes = ROLE_CLASSES if head is LabelHead.ROLE else SENTIMENTS
        return (classes[int(probabilities[0].argmax())],)

    def _heads_of(self, model: str) -> dict[str, LearnedHead]:
        """Return the learned heads behind a verdict of *model*; {} for a packaged model."""
        _, sha256 = split_name(model)
        if sha256 is None:
            return {}
        if sha256 not in self._versions:
            version = learned.version_by_name(self._tx, sha256)
            self._versions[sha256] = learned_heads(version.heads) if version else {}
        return self._versions[sha256]


def _without_repeats(
    scored_labels: Iterable[_ScoredLabel], explicit_ids: Collection[str]
) -> Iterator[_ScoredLabel]:
    """Yield *scored_labels* with one sentiment a mention; *explicit_ids* have an explicit one."""
    ids = set(explicit_ids)
    for scored_label in scored_labels:
        if not scored_label.is_implied_sentiment:
            yield scored_label
        elif scored_label.mention.id not in ids:
            ids.add(scored_label.mention.id)
            yield scored_label


def _stored_row(head: LabelHead, verdict: Verdict) -> tuple[float, ...]:
    if head is LabelHead.ROLE:
        by_class = verdict.heads.get(LabelHead.ROLE, {})
        return tuple(by_class.get(name, 1 / len(ROLE_CLASSES)) for name in ROLE_CLASSES)
    return tuple(verdict.probabilities[name] for name in SENTIMENTS)


def _floats(vector: bytes) -> Matrix:
    floats: Matrix = np.frombuffer(vector, "<f2").astype(np.float64)
    return floats
