"""Placement of the texts of mentions that an older Harken stored in families.

New texts are placed with their mentions; this ends once and for all. A kill loses only the batch of
the moment.

1. Read the newest mentions whose text is not placed.
2. Fold their texts, and place them in one transaction. Mentions whose family may have changed get
   new change numbers, so that the index gets them too.
3. When none is left, store that, and have the baselines of detection rebuilt.
"""

from typing import Final

from harken.clock import Clock
from nlp.text.duplicates import fold
from store.crawl import old_texts
from store.database import Database

BATCH_SIZE: Final = 50  # mentions of one transaction: a crawl waits for it


def place_old_texts(database: Database, clock: Clock, *, batches: int) -> int:
    """Place the texts of up to *batches* batches of mentions; return the number of these."""
    count = 0
    for _ in range(batches):
        with database.read() as tx:
            if old_texts.is_done(tx):
                break
            rows = old_texts.unplaced_texts(tx, limit=BATCH_SIZE)
        if not rows:
            with database.write() as tx:
                old_texts.finish(tx)
            break
        folded_texts = {row: fold(row.text) for row in rows}
        with database.write() as tx:
            count += old_texts.place_unplaced(tx, folded_texts, now=clock.now())
    return count
