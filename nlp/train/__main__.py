"""``python -m nlp.train --data DIR --out FILE``: train the adapter, calibrate it, write it."""

import argparse
import json
import sys
from dataclasses import fields
from functools import partial
from pathlib import Path

import torch

from core.errors import ConfigError
from nlp import adapter
from nlp.encoder import locate, verify
from nlp.train.corpus import parts
from nlp.train.fit import Recipe
from nlp.train.session import Point, train


def main() -> int:
    """Exit status: 0 trained, 2 misconfigured. A run that was stopped goes on where it was."""
    options, recipe = _parse()
    torch.set_num_threads(1)

    try:
        folder = locate()
        verify(folder)
        texts = parts(options.data, with_emotions=recipe.emotions)
    except ConfigError as error:
        _say(str(error))
        return 2
    checkpoint = options.out.with_suffix(".checkpoint")
    tell = partial(_tell, options.curve, recipe.seed)
    made = train(folder, texts, recipe, checkpoint=checkpoint, tell=tell, every=options.every)
    adapter.write(options.out, made)
    _say(f"{options.out.name}: temperature {made.temperature}, {options.out.stat().st_size} bytes")
    return 0


def _tell(curve: Path, seed: int, point: Point) -> None:
    _draw(curve, point, seed)
    _say(
        f"step {point.step} of {point.total}: loss {point.loss:.4f}, "
        f"validation macro-recall {point.validation:.4f}"
    )


def _draw(curve: Path, point: Point, seed: int) -> None:
    """Put *point* behind the earlier steps in *curve*: what goes on goes on there too."""
    rows = json.loads(curve.read_text()) if curve.is_file() else []
    earlier = [row for row in rows if row["step"] < point.step]
    row = {"step": point.step, "seed": seed, "validation": point.validation}
    curve.parent.mkdir(parents=True, exist_ok=True)
    curve.write_text(json.dumps([*earlier, row], indent=1) + "\n")


def _parse() -> tuple[argparse.Namespace, Recipe]:
    parser = argparse.ArgumentParser(prog="python -m nlp.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled texts")
    parser.add_argument("--out", type=Path, required=True, help="the adapter (.safetensors)")
    parser.add_argument("--curve", type=Path, default=Path("out/train.json"))
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    for field in fields(Recipe):
        flag = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=field.default)
        else:
            parser.add_argument(flag, type=type(field.default), default=field.default)
    options = parser.parse_args()
    return options, Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
