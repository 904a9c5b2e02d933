"""The encoder below an adapter, loaded by transformers from its folder."""

import logging
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils.logging import disable_progress_bar, set_verbosity

from core.errors import ConfigError
from nlp.encoder.pretrained import WEIGHTS_FILE

_KIND: Final = ("bert", "gelu")  # the layers that adapters were trained on


def load_encoder(folder: Path) -> PreTrainedModel:
    """Load the encoder in *folder*, frozen, in its stored precision.

    The file is mapped: of 250,000 embeddings a text touches a few, and workers share their pages.

    Raises:
        ConfigError: the folder holds no BERT with GELU, or its sizes are not those of the weights.
    """
    silence_transformers()
    config = _read_config(folder)
    try:
        module, report = AutoModel.from_pretrained(
            str(folder),
            config=config,
            dtype="auto",
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            add_pooling_layer=False,
        )
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        raise ConfigError(_mismatch(folder)) from error
    if report["missing_keys"]:
        raise ConfigError(_mismatch(folder))
    module.embeddings.dropout.p = 0.0  # embeddings are frozen and run once a text, also in training
    encoder: PreTrainedModel = module.requires_grad_(requires_grad=False).eval()
    return encoder


def silence_transformers() -> None:
    """Stop transformers from printing reports and progress; its errors are raised as ours."""
    disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no annotation
    set_verbosity(logging.CRITICAL)


def _read_config(folder: Path) -> Any:
    try:
        config = AutoConfig.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = type(error).__name__
        raise ConfigError(f"the encoder in {folder} has no valid config.json ({reason})") from error
    kind = config.model_type, getattr(config, "hidden_act", None)
    if kind != _KIND:
        raise ConfigError(f"the encoder is a {kind[0]} with {kind[1]}, expected bert with gelu")
    return config


def _mismatch(folder: Path) -> str:
    return f"{folder}: {WEIGHTS_FILE} does not match config.json; run: harken model install"
