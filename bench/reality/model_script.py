"""Change a copy of the packaged model and load it (the variable MODEL_SCRIPT): JSON FOLDER.

The security cases of kind M pass JSON ``{"what": CHANGE, "text": …}`` with the arguments of the
change, and a folder to work in. The last line of output is JSON: ``refused`` and ``why``, or the
sentiment of the text ``before`` and ``after`` the change. The text of this file is run by
``python -c``, so that it imports nothing beside it.
"""

import json
import pickle
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from nlp.encoder import adapter as adapters
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, Adapter
from nlp.models.minilm import MiniLM

TEXT: Final = "The battery is great."
LAST_LAYER: Final = f"head.{SENTIMENT}.4"
WEIGHT: Final = f"{LAST_LAYER}.weight"
BIAS: Final = f"{LAST_LAYER}.bias"
MARKER: Final = "ran"
"""The file that the code hidden in a pickle would make."""

Case = Mapping[str, Any]


def main() -> None:
    """Print what became of the model that the arguments describe."""
    case, work = json.loads(sys.argv[1]), Path(sys.argv[2])
    text = case.get("text", TEXT)
    original = MiniLM.base.locate()
    before = MiniLM(encoder=original).predict_sentiment([text])[0]
    encoder, adapter = work / "encoder", work / "adapter.safetensors"
    shutil.copytree(original, encoder)
    adapters.save_adapter(
        adapter, changed_adapter(case, adapters.load_adapter(ADAPTERS_FOLDER / MiniLM.adapter_file))
    )
    damage_file(case, adapter)
    damage_encoder(case, encoder, work / MARKER)
    try:
        model = MiniLM(adapter=adapter, encoder=encoder)
        after = model.predict_sentiment([text])[0]
    except Exception as error:  # noqa: BLE001 - any refusal is an answer
        answer = {"refused": True, "error": type(error).__name__, "why": str(error)[:150]}
    else:
        answer = {"refused": False, "before": before, "after": after, "name": model.name}
        answer["ran"] = (work / MARKER).exists()
    print(json.dumps(answer))


def changed_adapter(case: Case, adapter: Adapter) -> Adapter:
    """Return *adapter* with other numbers, classes or proof, if *case* changes one of them."""
    what, tensors, heads = case["what"], dict(adapter.tensors), dict(adapter.heads)
    if what == "nan":
        tensors[WEIGHT] = np.full_like(tensors[WEIGHT], np.nan)
    elif what == "swap":
        tensors |= {name: tensors[name][::-1] for name in (WEIGHT, BIAS)}
    elif what == "shift":
        tensors[BIAS] = tensors[BIAS] + np.array(case["by"], np.float32)
    elif what == "classes":
        head = heads[SENTIMENT]
        heads[SENTIMENT] = replace(head, classes=tuple(reversed(head.classes)))
    proof = {} if case.get("proof") == "none" else adapter.proof
    return replace(adapter, tensors=tensors, heads=heads, proof=proof)


def damage_file(case: Case, path: Path) -> None:
    """Overwrite the adapter's file: a header of another length (bytes), or a pickle."""
    if case["what"] == "header":
        length = int(case["bytes"]).to_bytes(8, "little")
        path.write_bytes(length + path.read_bytes()[len(length) :])
    elif case["what"] == "pickle":
        path.write_bytes(pickle.dumps({"a": 1}))


def damage_encoder(case: Case, folder: Path, marker: Path) -> None:
    """Change one file of the encoder in *folder*; code in a pickle would make the file *marker*."""
    what = case["what"]
    if what == "byte":
        _flip_a_bit(folder / "model.safetensors")
    elif what == "tokens":
        _exchange_tokens(folder / "tokenizer.json", case["exchange"])
    elif what == "config":
        _name_foreign_code(folder)
    elif what == "pickle":
        code = f"cos\nsystem\n(S'touch {marker}'\ntR."
        (folder / "pytorch_model.bin").write_bytes(code.encode())


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def _exchange_tokens(path: Path, pairs: list[tuple[str, str]]) -> None:
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    numbers = tokenizer["model"]["vocab"]
    for one, other in pairs:
        numbers[one], numbers[other] = numbers[other], numbers[one]
    path.write_text(json.dumps(tokenizer), encoding="utf-8")


def _name_foreign_code(folder: Path) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {
        "auto_map": {"AutoModel": "evil.Model"}
    }
    path.write_text(json.dumps(config), encoding="utf-8")
    (folder / "evil.py").write_text("raise SystemExit('ran')\n")


if __name__ == "__main__":
    main()
