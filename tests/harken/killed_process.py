"""A record in the hands of a process that is killed."""

from contextlib import contextmanager, suppress

from store.database import Database


class Dying(Database):
    """Its process is killed at the write after the next *left* ones."""

    left = 0

    def write(self):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return super().write()


@contextmanager
def killed_after(record, writes):
    """*record*, opened once more, for who shall die after that many writes within."""
    victim = Dying(record.url)
    victim.left = writes
    try:
        with suppress(KeyboardInterrupt):
            yield victim
    finally:
        victim.close()
