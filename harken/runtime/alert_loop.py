"""Detection, digests and delivery in the parent of a run; works when there is cause."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from config.settings import Settings
from core.errors import HarkenError
from harken import wiring
from harken.clock import Clock
from harken.logs import told
from harken.pipeline import detect as detecting
from harken.pipeline import digest as digesting
from harken.pipeline import steps
from harken.pipeline.notify import Correspondence
from harken.runtime.heartbeat import Heartbeat
from store import changes
from store.database import Record

log = structlog.get_logger()

LOOK: Final = timedelta(seconds=15)  # alerts.md section 5: the open bucket is judged so often
DIGEST: Final = timedelta(seconds=30)
PROBE: Final = timedelta(seconds=10)


class Watchtower:
    """Knows when it last looked; everything else is in the record."""

    def __init__(self, record: Record, settings: Settings, clock: Clock) -> None:
        self._record = record
        self._clock = clock
        self._channels = wiring.channels(settings)
        self._letters = Correspondence(settings, wiring.quality)
        self._judged: tuple[datetime, int] | None = None
        self._digested: datetime | None = None
        self._probed: datetime | None = None
        self._smtp = Heartbeat(record, "smtp", started=clock.now())
        self.trouble: str | None = None  # why the last look failed; None: it did not

    def look(self) -> None:
        """Judge what changed, write digests that are due, send what waits, whatever failed before.

        Raises:
            Exception: what failed; ``trouble`` says it until a look succeeds.
        """
        now = self._clock.now()
        try:
            self._watch(now)
        except Exception as error:
            self.trouble = told(error)
            raise
        else:
            self.trouble = None
        finally:
            self._probe(now)
            steps.deliver(self._record, self._channels, now=self._clock.now())

    def _watch(self, now: datetime) -> None:
        if self._has_cause(now):
            self.detect()
        if self._digested is None or now - self._digested >= DIGEST:
            self.digest()

    def detect(self) -> int | None:
        """Judge every watch; returns how many events there were, None before detection begins."""
        now = self._clock.now()
        with self._record.read() as tx:
            number = changes.last(tx)
        found = detecting.detect(self._record, self._letters, now=now)
        if found is not None:
            self._judged = (now, number)
        return found

    def digest(self, date: str | None = None) -> int:
        """Write the digests that are due (or that of *date*); returns how many."""
        now = self._clock.now()
        self._digested = now
        return digesting.digest(self._record, self._letters, date=date, now=now)

    def _probe(self, now: datetime) -> None:
        """Ask the mail server for a sign of life: its silence shows before a letter waits."""
        channel = self._channels.get("email")
        if channel is None or (self._probed is not None and now - self._probed < PROBE):
            return
        self._probed = now
        try:
            channel.probe()
        except HarkenError as error:
            self._smtp.beat(now, "failing", str(error))
        else:
            self._smtp.beat(now)

    def _has_cause(self, now: datetime) -> bool:
        if self._judged is None:
            return True
        at, number = self._judged
        with self._record.read() as tx:
            return now - at >= LOOK or changes.last(tx) > number
