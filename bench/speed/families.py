"""Families: the time to place the text of a post among many stored ones."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.planted_texts import generate
from nlp.text.duplicates import fold
from store.database import Database
from store.families.placement import place

SEEDS: Final = range(1, 13)  # about 9,000 texts, a third of them copies
PAGE_SIZE: Final = 20


def families() -> dict[str, float]:
    """Return milliseconds a text, folding and commits included: of all, and of the last tenth.

    CPU time of this process, because other load would count otherwise.
    """
    texts = [planted.text for seed in SEEDS for planted in generate(seed)]
    milliseconds: list[float] = []
    with TemporaryDirectory() as name:
        database = Database(f"sqlite:///{Path(name)}/texts.db")
        database.setup()
        for start in range(0, len(texts), PAGE_SIZE):
            page = texts[start : start + PAGE_SIZE]
            began = time.process_time()
            folded_texts = [fold(text) for text in page]
            with database.write() as tx:
                place(tx, {folded.key: folded.words for folded in folded_texts})
            milliseconds.append((time.process_time() - began) * 1_000 / len(page))
        database.close()
    last = milliseconds[-len(milliseconds) // 10 :]
    return {
        "texts": len(texts),
        "ms_a_text": round(sum(milliseconds) / len(milliseconds), 2),
        "ms_a_text_at_last": round(sum(last) / len(last), 2),
        "ms_a_text_on_the_slowest_page": round(max(milliseconds), 2),
    }
