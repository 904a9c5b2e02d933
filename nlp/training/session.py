"""One training from texts to adapter: a teacher, steps, averaging, temperatures, proof."""

from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Final

from nlp.encoder.adapter import CENTRE, SENTIMENT, SPREAD, Adapter, Head
from nlp.encoder.network import Network
from nlp.encoder.pretrained import WEIGHTS, Base, file_sha256
from nlp.text.normalize import clean
from nlp.training import datasets, lora
from nlp.training.datasets import Targets
from nlp.training.frozen_features import MAX_TOKENS
from nlp.training.multitask_network import Point, Room, Trace
from nlp.training.recipes import Plan
from nlp.training.splits import Parts
from nlp.training.trainer import logits
from nlp.training.whitening import levels

SAMPLE: Final = 8192  # texts whose vectors show what all have in common


def train(
    plan: Plan,
    parts: Parts,
    *,
    located: Callable[[Base], Path],
    checkpoint: Path,
    tell: Callable[[Point], None],
    every: int = 500,
) -> Adapter:
    """The adapter that *plan* makes of *parts* on its base; *located* knows where that lies.

    Every *every* steps it saves a *checkpoint* and tells where it stands. From a checkpoint of the
    same recipe it goes on.
    """
    recipe, folder = plan.recipe, located(plan.base)
    trace = Trace(checkpoint=checkpoint, tell=tell, every=every)
    room = Room(folder, plan.heads, recipe)
    room.school(parts.taught(_answers(folder, plan, parts, trace)), "model", trace)
    heads = room.tempered(parts)
    notes = {
        "recipe": asdict(recipe),
        "teacher": plan.teacher and asdict(plan.teacher.recipe),
        "texts": sum(len(portion.texts) for portion in parts.learned),
        "validation": room.scores(room.exams(parts.validation)),
    }
    better = plan.better and Room(located(plan.better), {}, recipe)
    return Adapter(
        encoder_sha256=file_sha256(folder / WEIGHTS),
        shared=recipe.shared,
        scale=recipe.scale,
        heads=heads,
        tensors=_learned(room.network) | (_levelled(room, better, parts) if better else {}),
        proof=_proof(room, heads[SENTIMENT]),
        notes=notes,
    )


def _answers(folder: Path, plan: Plan, parts: Parts, trace: Trace) -> list[Targets | None]:
    """What the teacher of *plan* says of each portion; None of those that it has no head for."""
    if plan.teacher is None:
        return [None] * len(parts.learned)
    heads = {name: plan.heads[name] for name in plan.teacher.heads}
    room = Room(folder, heads, plan.teacher.recipe)
    its = replace(trace, checkpoint=trace.checkpoint.with_suffix(".teacher"))
    room.school(parts.of(heads), "teacher", its)
    return [room.answers(one) if one.texts.head in heads else None for one in parts.learned]


def proof_texts() -> list[str]:
    """Sentences of ours; every later load must give them what training gave."""
    return [clean(row["text"]) for row in datasets.our_rows("proof")]


def _levelled(room: Room, better: Room, parts: Parts) -> dict[str, Targets]:
    """What levels the vectors of *room*, seen on a sample of *parts*."""
    texts = [*chain.from_iterable(portion.texts.texts for portion in parts.learned)]
    every = room.vectors(texts[:: -(-len(texts) // SAMPLE)])
    likened = list(parts.likened)
    centre, spread = levels(every, room.vectors(likened), better.vectors(likened))
    return {CENTRE: centre, SPREAD: spread}


def _proof(room: Room, head: Head) -> dict[str, tuple[float, ...]]:
    """The sentences of the proof and their sentiment; what training cuts, later loads would not."""
    features = room.features(proof_texts())
    rows = logits(room.network, features, SENTIMENT)
    shares = head.shares(rows, [None] * len(rows)).round(4)
    proof = zip(proof_texts(), shares.tolist(), features.lengths, strict=True)
    return {text: tuple(row) for text, row, length in proof if length < MAX_TOKENS}


def _learned(network: Network) -> dict[str, Targets]:
    """All that training changed, by the names of the adapter."""
    heads = {
        f"head.{name}.{part}": tensor.numpy()
        for name, head in network.heads.items()
        for part, tensor in head.state_dict().items()
    }
    return lora.tensors(network.tuned) | heads
