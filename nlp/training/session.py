"""One training from texts to adapter: teacher, steps, averaging, temperatures, self-test."""

from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Final

from nlp.encoder.adapter import (
    SENTIMENT,
    WHITENING_MATRIX,
    WHITENING_MEAN,
    Adapter,
    ClassificationHead,
)
from nlp.encoder.network import Network
from nlp.encoder.pretrained import WEIGHTS_FILE, PretrainedEncoder, file_sha256
from nlp.text.normalize import clean
from nlp.training import datasets, lora
from nlp.training.datasets import Targets
from nlp.training.frozen_features import MAX_TOKENS
from nlp.training.multitask_network import Checkpointing, MultitaskNetwork, TrainingProgress
from nlp.training.recipes import TrainingPlan
from nlp.training.splits import Splits
from nlp.training.trainer import logits
from nlp.training.whitening import fit_whitening

WHITENING_SAMPLE: Final = 8192  # texts whose vectors give the mean and the covariance


def train(
    plan: TrainingPlan,
    splits: Splits,
    *,
    locate: Callable[[PretrainedEncoder], Path],
    checkpoint: Path,
    report: Callable[[TrainingProgress], None],
    every: int = 500,
) -> Adapter:
    """Train the adapter of *plan* on *splits*; *locate* returns the folder of an encoder.

    Every *every* steps it saves *checkpoint* and calls *report*. It resumes from a checkpoint of
    the same recipe.
    """
    recipe, folder = plan.recipe, locate(plan.base)
    checkpointing = Checkpointing(checkpoint=checkpoint, report=report, every=every)
    multitask = MultitaskNetwork(folder, plan.heads, recipe)
    multitask.fit(_targets(folder, plan, splits, checkpointing), "model", checkpointing)
    heads = multitask.fit_temperatures(splits)
    notes = {
        "recipe": asdict(recipe),
        "teacher": plan.teacher and asdict(plan.teacher.recipe),
        "texts": sum(len(portion.texts) for portion in splits.training),
        "validation": multitask.scores(multitask.validation_sets(splits.validation)),
    }
    reference = plan.reference_base and MultitaskNetwork(locate(plan.reference_base), {}, recipe)
    return Adapter(
        encoder_sha256=file_sha256(folder / WEIGHTS_FILE),
        shared=recipe.shared,
        scale=recipe.scale,
        heads=heads,
        tensors=_trained_tensors(multitask.network)
        | (_whitening_tensors(multitask, reference, splits) if reference else {}),
        proof=_self_test(multitask, heads[SENTIMENT]),
        notes=notes,
    )


def _targets(
    folder: Path, plan: TrainingPlan, splits: Splits, checkpointing: Checkpointing
) -> Splits:
    """Return *splits* as the model of *plan* is trained on them; this trains its teacher first."""
    if plan.teacher is None:
        return splits.for_heads(plan.heads)
    heads = {name: plan.heads[name] for name in plan.teacher.heads}
    multitask = MultitaskNetwork(folder, heads, plan.teacher.recipe)
    teacher_checkpointing = replace(
        checkpointing, checkpoint=checkpointing.checkpoint.with_suffix(".teacher")
    )
    multitask.fit(splits.for_heads(heads), "teacher", teacher_checkpointing)
    return splits.with_teacher(
        [
            multitask.teacher_probabilities(portion) if portion.texts.head in heads else None
            for portion in splits.training
        ]
    )


def self_test_texts() -> list[str]:
    """Return the sentences of the self-test; each load must give them the trained scores."""
    return [clean(row["text"]) for row in datasets.our_rows("proof")]


def _whitening_tensors(
    multitask: MultitaskNetwork, reference: MultitaskNetwork, splits: Splits
) -> dict[str, Targets]:
    """Return the whitening of the vectors of *multitask*, fitted on a sample of *splits*."""
    texts = [*chain.from_iterable(portion.texts.texts for portion in splits.training)]
    sample = multitask.vectors(texts[:: -(-len(texts) // WHITENING_SAMPLE)])
    alignment_texts = list(splits.alignment_texts)
    mean, matrix = fit_whitening(
        sample, multitask.vectors(alignment_texts), reference.vectors(alignment_texts)
    )
    return {WHITENING_MEAN: mean, WHITENING_MATRIX: matrix}


def _self_test(
    multitask: MultitaskNetwork, head: ClassificationHead
) -> dict[str, tuple[float, ...]]:
    """Return sentences and their sentiment; without those that training would truncate."""
    features = multitask.features(self_test_texts())
    rows = logits(multitask.network, features, SENTIMENT)
    probabilities = head.probabilities(rows, [None] * len(rows)).round(4)
    proof = zip(self_test_texts(), probabilities.tolist(), features.lengths, strict=True)
    return {text: tuple(row) for text, row, length in proof if length < MAX_TOKENS}


def _trained_tensors(network: Network) -> dict[str, Targets]:
    """Return the trained tensors by their names in the adapter."""
    heads = {
        f"head.{name}.{part}": tensor.numpy()
        for name, head in network.heads.items()
        for part, tensor in head.state_dict().items()
    }
    return lora.tensors(network.tuned) | heads
