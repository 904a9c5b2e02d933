"""``python -m nlp.training MODEL --data DIR --out FILE``: train and write an adapter."""

import argparse
import json
import sys
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import torch

from core.errors import ConfigError
from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT
from nlp.encoder.pretrained import Base
from nlp.training.multitask_network import Point
from nlp.training.recipes import PLANS, Plan
from nlp.training.session import train
from nlp.training.trainer import Recipe


def main() -> int:
    """Exit status: 0 trained, 2 misconfigured. A run that was stopped goes on where it was."""
    options, plan = _parse()
    torch.set_num_threads(1)
    try:
        for base in {plan.base, plan.better or plan.base}:
            base.verify()
        parts = plan.texts(options.data)
    except ConfigError as error:
        _say(str(error))
        return 2
    checkpoint = options.out.with_suffix(".checkpoint")
    tell = partial(_tell, options.curve, plan.recipe.seed)
    made = train(
        plan, parts, located=Base.locate, checkpoint=checkpoint, tell=tell, every=options.every
    )
    adapter.write(options.out, made)
    degrees = {name: dict(head.temperatures) for name, head in made.heads.items()}
    _say(f"{options.out.name}: {options.out.stat().st_size} bytes, temperatures {degrees}")
    return 0


def _tell(curve: Path, seed: int, point: Point) -> None:
    _draw(curve, point, seed)
    _say(
        f"{point.run}: step {point.step} of {point.total}: loss {point.loss:.4f}, "
        f"validation macro-recall {dict(point.validation)}"
    )


def _draw(curve: Path, point: Point, seed: int) -> None:
    """Put *point* behind the earlier steps in *curve*: what goes on goes on there too."""
    rows = json.loads(curve.read_text()) if curve.is_file() else []
    earlier = [row for row in rows if row["run"] != point.run or row["step"] < point.step]
    row = {"run": point.run, "step": point.step, "seed": seed}
    row |= {"validation": point.validation[SENTIMENT]}
    row |= {name: score for name, score in point.validation.items() if name != SENTIMENT}
    curve.parent.mkdir(parents=True, exist_ok=True)
    curve.write_text(json.dumps([*earlier, row], indent=1) + "\n")


def _parse() -> tuple[argparse.Namespace, Plan]:
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("model", choices=list(PLANS))
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled texts")
    parser.add_argument("--out", type=Path, required=True, help="adapter file (.safetensors)")
    parser.add_argument("--curve", type=Path, default=Path("out/train.json"))
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    for field in fields(Recipe):
        flag = f"--{field.name.replace('_', '-')}"
        parser.add_argument(flag, type=type(field.default), help="overrides the value of the plan")
    options = parser.parse_args()
    said = {field.name: getattr(options, field.name) for field in fields(Recipe)}
    changed = {name: value for name, value in said.items() if value is not None}
    plan = PLANS[options.model]
    return options, replace(plan, recipe=replace(plan.recipe, **changed))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
