"""Database of a process that is killed."""

from contextlib import contextmanager, suppress

from store.database import Database


class Dying(Database):
    """Database whose process is killed after *left* more writes."""

    left = 0

    def write(self):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return super().write()


@contextmanager
def killed_after(record, writes):
    """Yield *record*, opened again; the process is killed after so many writes."""
    victim = Dying(record.url)
    victim.left = writes
    try:
        with suppress(KeyboardInterrupt):
            yield victim
    finally:
        victim.close()
