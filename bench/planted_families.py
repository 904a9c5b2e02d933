"""Precision and recall of families on planted ones: `python -m bench.planted_families SEED`.

The texts of `bench.planted_texts` arrive in three orders, in pages as from a crawl, each order in a
database of its own; the second is opened again after each page. It exits with 1 unless precision
and recall of pairs reach their goals and all orders give the same ids.
"""

import argparse
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import select

from bench.planted_texts import generate, quality
from core.crawl import FoldedText
from nlp.text.duplicates import fold
from store.database import Database
from store.families.placement import place
from store.tables import family_texts

MIN_PRECISION: Final = 0.99
MIN_RECALL: Final = 0.95
PAGE_SIZE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The families of texts that arrived in one order."""

    families: Mapping[str, str]  # by key
    ms_a_text: float  # CPU time


def main() -> None:
    """Print the figures of one seed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--families", type=int, default=60, help="number of scripts")
    options = parser.parse_args()
    figures = measure(options.seed, options.families)
    print(json.dumps(figures))
    raise SystemExit(not is_good(figures))


def measure(seed: int, families: int) -> dict[str, float]:
    """Return the figures of the texts of *seed*."""
    planted = generate(seed, families)
    texts = [fold(text.text) for text in planted]
    first = arrive(texts)
    others = [
        arrive(random.Random(seed).sample(texts, len(texts)), restarts=True),
        arrive(texts[::-1]),
    ]
    precision, recall = quality(planted, [first.families[text.key] for text in texts])
    return {
        "seed": seed,
        "texts": len(texts),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "same_ids": all(other.families == first.families for other in others),
        "planted": len({text.family for text in planted}),
        "families": len(set(first.families.values())),
        "ms_a_text": round(first.ms_a_text, 2),
    }


def is_good(figures: Mapping[str, float]) -> bool:
    """Return True if *figures* reach all goals."""
    is_exact = figures["precision"] >= MIN_PRECISION and figures["recall"] >= MIN_RECALL
    return is_exact and bool(figures["same_ids"])


def arrive(texts: Sequence[FoldedText], *, restarts: bool = False) -> Arrival:
    """Return the families of *texts*, placed in this order; a restart follows each page."""
    with TemporaryDirectory() as name:
        database = _open(Path(name))
        start = time.process_time()
        for n in range(0, len(texts), PAGE_SIZE):
            with database.write() as tx:
                place(tx, {text.key: text.words for text in texts[n : n + PAGE_SIZE]})
            if restarts:
                database.close()
                database = _open(Path(name))
        seconds = time.process_time() - start
        families = read_families(database)
        database.close()
    return Arrival(families=families, ms_a_text=seconds * 1_000 / len(texts))


def read_families(database: Database) -> dict[str, str]:
    """Return the family of each stored text, by key."""
    with database.read() as tx:
        rows = tx.execute(select(family_texts.c.key, family_texts.c.family))
        return {row.key: row.family for row in rows}


def _open(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder}/texts.db")
    database.setup()
    return database


if __name__ == "__main__":
    main()
