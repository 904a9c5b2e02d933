"""``python -m nlp.training MODEL --data DIR --out FILE``: train and write an adapter."""

import argparse
import json
import sys
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import torch

from core.errors import ConfigError
from nlp.encoder.adapter import SENTIMENT, save_adapter
from nlp.encoder.pretrained import PretrainedEncoder
from nlp.training.multitask_network import TrainingProgress
from nlp.training.recipes import PLANS, TrainingPlan
from nlp.training.session import train
from nlp.training.trainer import Recipe


def main() -> int:
    """Train and write the adapter; an interrupted run resumes from its checkpoint.

    Exit status: 0 trained, 2 misconfigured.
    """
    options, plan = _parse()
    torch.set_num_threads(1)
    try:
        for base in {plan.base, plan.reference_base or plan.base}:
            base.verify()
        splits = plan.texts(options.data)
    except ConfigError as error:
        _print_err(str(error))
        return 2
    checkpoint = options.out.with_suffix(".checkpoint")
    report = partial(_report, options.curve, plan.recipe.seed)
    adapter = train(
        plan,
        splits,
        locate=PretrainedEncoder.locate,
        checkpoint=checkpoint,
        report=report,
        every=options.every,
    )
    save_adapter(options.out, adapter)
    temperatures = {name: dict(head.temperatures) for name, head in adapter.heads.items()}
    _print_err(
        f"{options.out.name}: {options.out.stat().st_size} bytes, temperatures {temperatures}"
    )
    return 0


def _report(curve: Path, seed: int, progress: TrainingProgress) -> None:
    _append_to_curve(curve, progress, seed)
    _print_err(
        f"{progress.run}: step {progress.step} of {progress.total}: loss {progress.loss:.4f}, "
        f"validation macro-recall {dict(progress.validation)}"
    )


def _append_to_curve(curve: Path, progress: TrainingProgress, seed: int) -> None:
    """Append *progress* to *curve*, and drop its later steps of an interrupted run."""
    rows = json.loads(curve.read_text()) if curve.is_file() else []
    earlier = [row for row in rows if row["run"] != progress.run or row["step"] < progress.step]
    row = {"run": progress.run, "step": progress.step, "seed": seed}
    row |= {"validation": progress.validation[SENTIMENT]}
    row |= {name: score for name, score in progress.validation.items() if name != SENTIMENT}
    curve.parent.mkdir(parents=True, exist_ok=True)
    curve.write_text(json.dumps([*earlier, row], indent=1) + "\n")


def _parse() -> tuple[argparse.Namespace, TrainingPlan]:
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("model", choices=list(PLANS))
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled texts")
    parser.add_argument("--out", type=Path, required=True, help="adapter file (.safetensors)")
    parser.add_argument("--curve", type=Path, default=Path("out/train.json"))
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    parser.add_argument(
        "--without-teacher", action="store_true", help="train on labels alone, in half the time"
    )
    for field in fields(Recipe):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(field.default), help="overrides the value of the plan")
    options = parser.parse_args()
    arguments = {field.name: getattr(options, field.name) for field in fields(Recipe)}
    overrides = {name: value for name, value in arguments.items() if value is not None}
    plan = PLANS[options.model]
    if options.without_teacher:
        plan = replace(plan, teacher=None)
    return options, replace(plan, recipe=replace(plan.recipe, **overrides))


def _print_err(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
