"""The sizes of an encoder, from its config.json."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import ConfigError

CONFIG: Final = "config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BertConfig:
    """The sizes of a BERT."""

    width: int
    layers: int
    heads: int
    inner: int  # width between the two linear layers of a block
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    padding: int  # id of the padding token


# Names of the sizes in the file.
_NAMES: Final = {
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "inner": "intermediate_size",
    "vocabulary": "vocab_size",
    "positions": "max_position_embeddings",
    "types": "type_vocab_size",
    "epsilon": "layer_norm_eps",
    "padding": "pad_token_id",
}
_KIND: Final = {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu"}


def read(folder: Path) -> BertConfig:
    """Read the sizes of the encoder in *folder*.

    Raises:
        ConfigError: the encoder is not a BERT with GELU, or a size is missing.
    """
    try:
        config = json.loads((folder / CONFIG).read_text())
        kind = config["model_type"], config["hidden_act"]
        sizes = {ours: config[theirs] for ours, theirs in _NAMES.items()}
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"the encoder has no valid {CONFIG}: {error}") from error
    if kind != (_KIND["model_type"], _KIND["hidden_act"]):
        raise ConfigError(f"the encoder is a {kind[0]} with {kind[1]}, expected bert with gelu")
    return BertConfig(**sizes)


def write(shape: BertConfig, folder: Path) -> None:
    """Write config.json to *folder* in the form that every BERT library reads."""
    config = _KIND | {theirs: getattr(shape, ours) for ours, theirs in _NAMES.items()}
    (folder / CONFIG).write_text(json.dumps(config, indent=1))
