"""The network in training, the eyes of its frozen part, and where a run stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Final, TypeVar

import torch
from torch import nn

from nlp.encoder.adapter import SENTIMENT, Head
from nlp.encoder.bert import encoder
from nlp.encoder.network import Network
from nlp.encoder.tokenizer import Tokens
from nlp.metrics import fit_temperature, macro_recall, softmax
from nlp.training import lora
from nlp.training.datasets import Labelled, Targets
from nlp.training.frozen_features import Features
from nlp.training.splits import Parts, Portion
from nlp.training.trainer import Lessons, Recipe, Run, logits

INSIDE: Final = {SENTIMENT: 1.0}  # a head's inner width as a share of the encoder's …
NARROW: Final = 0.5  # … and that of all others
Name = TypeVar("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a run stands; a row of ``out/train.json`` with the loss beside it."""

    run: str  # "teacher" or "model"
    step: int
    total: int
    loss: float  # mean since the last point
    validation: Mapping[str, float]  # macro-recall by validation set, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a run leaves behind every so many steps, to go on from and to look at."""

    checkpoint: Path
    tell: Callable[[Point], None]
    every: int  # steps


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Labelled texts, seen by the frozen layers."""

    texts: Labelled
    features: Features


class Room:
    """The network in training and the eyes of its frozen part."""

    def __init__(self, folder: Path, heads: Mapping[str, Head], recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)  # before the heads are drawn
        frozen = encoder(folder).float()
        sizes = {
            name: (len(head.classes), round(frozen.width * INSIDE.get(name, NARROW)))
            for name, head in heads.items()
        }
        self.network = Network(frozen, recipe.shared, sizes)
        self._heads, self._recipe = heads, recipe
        self._tokens = Tokens(folder)

    def features(self, texts: list[str]) -> Features:
        """What the frozen layers say of *texts*; they stay frozen, so at any time the same."""
        return Features(self.network, self._tokens, texts)

    def exams(self, parts: Mapping[Name, Labelled]) -> dict[Name, Exam]:
        """*parts* with what the frozen layers say of them."""
        return {name: Exam(p, self.features(list(p.texts))) for name, p in parts.items()}

    def lessons(self, parts: Parts) -> Lessons:
        """All that is learned of *parts*, one portion behind the other."""
        texts = [portion.texts for portion in parts.learned]
        ends = accumulate(map(len, texts))
        return Lessons(
            features=self.features([*chain.from_iterable(part.texts for part in texts)]),
            heads=[*chain.from_iterable([part.head] * len(part) for part in texts)],
            targets=[*chain.from_iterable(part.targets for part in texts)],
            passes=[
                (range(end - len(portion.texts), end), portion.passes)
                for end, portion in zip(ends, parts.learned, strict=True)
            ],
        )

    def vectors(self, texts: list[str]) -> Targets:
        """The un-adapted vectors of *texts*, of length 1, shape (texts, width)."""
        found = self.features(texts).vectors(self.network)
        units: Targets = nn.functional.normalize(found).numpy()
        return units

    def school(self, parts: Parts, name: str, trace: Trace) -> None:
        """Learn *parts* from where the checkpoint stands, if it is of this recipe.

        At the end the network has the averaged weights.
        """
        lessons, judges = self.lessons(parts), self.exams(parts.validation)
        self.adapt()
        run = Run(self.network, lessons, self._heads, self._recipe)
        run.resume(trace.checkpoint)

        def _tell(loss: float) -> None:
            scores = self.scores(judges)
            trace.tell(Point(run=name, step=run.step, total=run.last, loss=loss, validation=scores))

        def _pause(loss: float) -> None:
            run.save(trace.checkpoint)
            _tell(loss)

        run.train(trace.every, _pause)
        run.save(trace.checkpoint)
        run.settle()
        _tell(float("nan"))

    def answers(self, portion: Portion) -> Targets:
        """The probabilities that the head of *portion* has for its texts."""
        read = list(portion.plain or portion.texts.texts)
        return softmax(logits(self.network, self.features(read), portion.texts.head))

    def adapt(self) -> None:
        """From here on the tuned layers and the heads learn."""
        lora.adapt(self.network.tuned, rank=self._recipe.rank, scale=self._recipe.scale)
        self.network.heads.requires_grad_(requires_grad=True)
        for module in self.network.tuned.modules():
            if isinstance(module, nn.Dropout):
                module.p = self._recipe.dropout

    def scores(self, exams: Mapping[str, Exam]) -> dict[str, float]:
        """Macro-recall by name."""
        found = {}
        for name, exam in exams.items():
            said = logits(self.network, exam.features, exam.texts.head).argmax(axis=1)
            found[name] = round(macro_recall(exam.texts.targets.argmax(axis=1), said), 4)
        return found

    def tempered(self, parts: Parts) -> dict[str, Head]:
        """The heads with their priors, and temperatures fitted on texts that nobody learned."""
        found = dict(self._heads)
        for (name, language), priors in parts.priors.items():
            found[name] = replace(found[name], priors={**found[name].priors, language: priors})
        for (name, language), exam in self.exams(parts.calibration).items():
            head = found[name]
            said = head.evened(logits(self.network, exam.features, name), language)
            degree = fit_temperature(said, exam.texts.targets.argmax(axis=1))
            found[name] = replace(head, temperatures={**head.temperatures, language: degree})
        return found
