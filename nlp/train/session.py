"""One training from texts to adapter: features, steps, averaging, temperature, proof."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch
from transformers import AutoTokenizer, BertModel

from nlp.adapter import Adapter, Array
from nlp.encoder import WEIGHTS, file_sha256
from nlp.metrics import fit_temperature, macro_recall, softmax
from nlp.models.minilm import Network
from nlp.train import lora
from nlp.train.corpus import CLASSES, Labelled, Parts
from nlp.train.features import Features
from nlp.train.fit import Recipe, Run, logits

# Sentences of ours; every later load must give them the probabilities that training gave.
PROOF: Final = Labelled(
    (
        "I love this, it works perfectly!",
        "It broke on the first day and nobody answers my calls.",
        "The shop opens at nine on Monday.",
        "@user thanks, that helped http",
    ),
    (2, 0, 1, 2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a run stands; a row of ``out/train.json`` with the loss beside it."""

    step: int
    total: int
    loss: float  # mean since the last point
    validation: float  # macro-recall, 0 to 1


def train(
    folder: Path,
    texts: Parts,
    recipe: Recipe,
    *,
    checkpoint: Path,
    tell: Callable[[Point], None],
    every: int = 500,
) -> Adapter:
    """The adapter that *recipe* makes of *texts* on the encoder in *folder*.

    Every *every* steps it saves a *checkpoint* and tells where it stands. From a checkpoint of the
    same recipe it goes on.
    """
    torch.manual_seed(recipe.seed)
    network, (learned, calibration, validation, proof) = _prepared(folder, texts, recipe)
    run = Run(network, learned, recipe)
    run.resume(checkpoint)

    def _pause(loss: float) -> None:
        run.save(checkpoint)
        tell(
            Point(step=run.step, total=run.last, loss=loss, validation=_score(network, validation))
        )

    run.train(every, _pause)
    run.settle()
    score = _score(network, validation)
    tell(Point(step=run.last, total=run.last, loss=float("nan"), validation=score))
    temperature = fit_temperature(logits(network, calibration), calibration.classes.numpy())
    shares = softmax(logits(network, proof) / temperature)
    notes = {"recipe": asdict(recipe), "texts": len(texts.learned), "validation": score}
    return _adapter(network, recipe, temperature, shares, folder=folder, notes=notes)


def _adapter(
    network: Network,
    recipe: Recipe,
    temperature: float,
    shares: Array,
    *,
    folder: Path,
    notes: dict[str, object],
) -> Adapter:
    """What is kept of a trained *network*; *shares* are its probabilities of the proof."""
    head = {f"head.{name}": tensor.numpy() for name, tensor in network.head.state_dict().items()}
    return Adapter(
        encoder_sha256=file_sha256(folder / WEIGHTS),
        shared=recipe.shared,
        scale=recipe.scale,
        temperature=temperature,
        labels=CLASSES,
        tensors=lora.tensors(network.tuned) | head,
        proof=dict(zip(PROOF.texts, map(tuple, shares.round(4).tolist()), strict=True)),
        notes=notes,
    )


def _prepared(
    folder: Path, texts: Parts, recipe: Recipe
) -> tuple[Network, tuple[Features, Features, Features, Features]]:
    # Eager attention: on short texts 1.4 times as fast to train as the fused kernel (measured).
    encoder = BertModel.from_pretrained(folder, local_files_only=True, attn_implementation="eager")
    network = Network(encoder.requires_grad_(requires_grad=False), recipe.shared, len(CLASSES))
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    features = (
        Features(network, tokenizer, texts.learned),
        Features(network, tokenizer, texts.calibration),
        Features(network, tokenizer, texts.validation),
        Features(network, tokenizer, PROOF),
    )
    network.head.requires_grad_(requires_grad=True)
    lora.adapt(network.tuned, rank=recipe.rank, scale=recipe.scale)
    return network, features


def _score(network: Network, texts: Features) -> float:
    said = logits(network, texts).argmax(axis=1)
    return round(macro_recall(texts.classes.numpy(), said), 4)
