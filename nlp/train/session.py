"""One training from texts to adapter: features, steps, averaging, temperatures, proof."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Final, TypeVar

import torch
from torch import nn
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from nlp.adapter import CENTRE, SENTIMENT, Adapter, Head
from nlp.base import WEIGHTS, file_sha256
from nlp.clean import clean
from nlp.metrics import fit_temperature, macro_recall, softmax
from nlp.network import Network, frozen
from nlp.train import corpus, lora
from nlp.train.corpus import Labelled
from nlp.train.features import MAX_TOKENS, Features
from nlp.train.fit import Lessons, Recipe, Run, logits
from nlp.train.plans import Parts, Plan

INSIDE: Final = {SENTIMENT: 1.0}  # a head's inner width as a share of the encoder's …
NARROW: Final = 0.5  # … and that of all others

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a run stands; a row of ``out/train.json`` with the loss beside it."""

    step: int
    total: int
    loss: float  # mean since the last point
    validation: Mapping[str, float]  # macro-recall by validation set, 0 to 1


def train(
    folder: Path,
    plan: Plan,
    parts: Parts,
    *,
    checkpoint: Path,
    tell: Callable[[Point], None],
    every: int = 500,
) -> Adapter:
    """The adapter that *plan* makes of *parts* on the encoder in *folder*.

    Every *every* steps it saves a *checkpoint* and tells where it stands. From a checkpoint of the
    same recipe it goes on.
    """
    recipe = plan.recipe
    torch.manual_seed(recipe.seed)
    room = _Room(folder, plan.heads, recipe)
    lessons, judges = room.lessons(parts), room.exams(parts.validation)
    calibration, proof = room.exams(parts.calibration), room.features(proof_texts())
    room.adapt()
    run = Run(room.network, lessons, plan.heads, recipe)
    run.resume(checkpoint)

    def _tell(loss: float) -> None:
        tell(Point(step=run.step, total=run.last, loss=loss, validation=room.scores(judges)))

    def _pause(loss: float) -> None:
        run.save(checkpoint)
        _tell(loss)

    run.train(every, _pause)
    run.settle()
    _tell(float("nan"))
    heads = room.tempered(calibration)
    notes = {
        "recipe": asdict(recipe),
        "texts": sum(len(portion.texts) for portion in parts.learned),
        "validation": room.scores(judges),
    }
    return Adapter(
        encoder_sha256=file_sha256(folder / WEIGHTS),
        shared=recipe.shared,
        scale=recipe.scale,
        heads=heads,
        tensors=lora.tensors(room.network.tuned) | _kept(room.network) | _centre(lessons, recipe),
        proof=room.read(proof, heads[SENTIMENT]),
        notes=notes,
    )


def proof_texts() -> list[str]:
    """Sentences of ours; every later load must give them what training gave."""
    return [clean(row["text"]) for row in corpus.our_rows("proof")]


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Labelled texts, seen by the frozen layers."""

    texts: Labelled
    features: Features


class _Room:
    """The network in training and the eyes of its frozen part."""

    def __init__(self, folder: Path, heads: Mapping[str, Head], recipe: Recipe) -> None:
        # Eager attention: on short texts 1.4 times as fast to train as the fused one (measured).
        encoder = frozen(folder, attention="eager")
        width = encoder.config.hidden_size
        sizes = {
            name: (len(head.classes), round(width * INSIDE.get(name, NARROW)))
            for name, head in heads.items()
        }
        self.network = Network(encoder, recipe.shared, sizes)
        self._heads, self._recipe = heads, recipe
        self._tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            folder, local_files_only=True
        )

    def features(self, texts: list[str]) -> Features:
        return Features(self.network, self._tokenizer, texts)

    def exams(self, parts: Mapping[Name, Labelled]) -> dict[Name, Exam]:
        return {name: Exam(p, self.features(list(p.texts))) for name, p in parts.items()}

    def lessons(self, parts: Parts) -> Lessons:
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

    def read(self, proof: Features, head: Head) -> dict[str, tuple[float, ...]]:
        """The proof's sentences and their sentiment."""
        said = logits(self.network, proof, SENTIMENT) / head.temperature()
        rows = zip(proof_texts(), softmax(said).round(4).tolist(), proof.lengths, strict=True)
        # What training cut, later loads read to its end.
        return {text: tuple(shares) for text, shares, length in rows if length < MAX_TOKENS}

    def tempered(self, exams: Mapping[tuple[str, str], Exam]) -> dict[str, Head]:
        """The heads with their temperatures, fitted on texts that nobody learned."""
        found = dict(self._heads)
        for (name, language), exam in exams.items():
            said = logits(self.network, exam.features, name)
            degree = fit_temperature(said, exam.texts.targets.argmax(axis=1))
            head = found[name]
            found[name] = replace(head, temperatures={**head.temperatures, language: degree})
        return found


def _centre(lessons: Lessons, recipe: Recipe) -> dict[str, corpus.Targets]:
    directions = nn.functional.normalize(lessons.features.base.float(), dim=1)
    return {CENTRE: directions.mean(dim=0).numpy()} if recipe.centred else {}


def _kept(network: Network) -> dict[str, corpus.Targets]:
    return {
        f"head.{name}.{part}": tensor.numpy()
        for name, head in network.heads.items()
        for part, tensor in head.state_dict().items()
    }
