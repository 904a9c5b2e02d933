"""A corpus on disk: a folder with the three files of :mod:`demo.foreign_corpus`.

The replay site imports this module at its start, so it imports nothing that is slow to load.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from demo.corpus_model import Corpus, CorpusWatch, Line, Onset

MENTIONS: Final = "mentions.jsonl"
WATCHES: Final = "watches.json"
TRUTH: Final = "truth.json"


def write(corpus: Corpus, folder: Path) -> None:
    """Write *corpus* as the three files into *folder*; create the folder if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(asdict(line)) + "\n" for line in corpus.lines)
    (folder / MENTIONS).write_text(lines, encoding="utf-8")
    (folder / WATCHES).write_text(_pretty([asdict(watch) for watch in corpus.watches]), "utf-8")
    truth = {"incidents": [asdict(onset) for onset in corpus.incidents], **corpus.notes}
    (folder / TRUTH).write_text(_pretty(truth), encoding="utf-8")


def read(folder: Path) -> Corpus:
    """Return the corpus that :func:`write` stored in *folder*.

    Raises:
        ConfigError: *folder* contains no corpus.
    """
    try:
        truth = json.loads((folder / TRUTH).read_text("utf-8"))
        lines = (folder / MENTIONS).read_text("utf-8").splitlines()
        return Corpus(
            lines=tuple(Line(**json.loads(line)) for line in lines),
            watches=tuple(
                CorpusWatch(**row) for row in json.loads((folder / WATCHES).read_text("utf-8"))
            ),
            incidents=tuple(Onset(**row) for row in truth.pop("incidents")),
            notes=truth,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{folder}: is not a demo corpus ({type(error).__name__}).") from None


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"
