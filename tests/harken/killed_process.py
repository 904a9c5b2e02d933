"""Database of a process that is killed."""

from contextlib import contextmanager, suppress

from store.database import Database


class KilledDatabase(Database):
    """Database whose process is killed after *remaining* more writes."""

    remaining = 0

    def write(self):
        if not self.remaining:
            raise KeyboardInterrupt
        self.remaining -= 1
        return super().write()


@contextmanager
def killed_after(record, writes):
    """Yield *record*, opened again; the process is killed after so many writes."""
    victim = KilledDatabase(record.url)
    victim.remaining = writes
    try:
        with suppress(KeyboardInterrupt):
            yield victim
    finally:
        victim.close()
