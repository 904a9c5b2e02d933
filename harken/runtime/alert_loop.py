"""Detection, digests and delivery in the parent of a run; works when there is cause."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from config.settings import Settings
from core.errors import HarkenError
from harken import wiring
from harken.clock import Clock
from harken.logs import safe_message
from harken.pipeline import detect as detecting
from harken.pipeline import digest as digesting
from harken.pipeline import steps
from harken.pipeline.notify import Notifier
from harken.runtime.heartbeat import Heartbeat
from store import changes
from store.database import Database

log = structlog.get_logger()

DETECT_INTERVAL: Final = timedelta(
    seconds=15
)  # alerts.md section 5: the open bucket is judged so often
DIGEST_INTERVAL: Final = timedelta(seconds=30)
PROBE_INTERVAL: Final = timedelta(seconds=10)


class AlertLoop:
    """Knows when it last looked; everything else is in the record."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._channels = wiring.channels(settings)
        self._notifier = Notifier(settings, wiring.quality)
        self._last_detection: tuple[datetime, int] | None = None
        self._last_digest: datetime | None = None
        self._last_probe: datetime | None = None
        self._smtp_heartbeat = Heartbeat(database, "smtp", started_at=clock.now())
        self.last_error: str | None = None  # why the last look failed; None: it did not

    def tick(self) -> None:
        """Judge what changed, write digests that are due, send what waits, whatever failed before.

        Raises:
            Exception: what failed; ``trouble`` says it until a look succeeds.
        """
        now = self._clock.now()
        try:
            self._detect_and_digest(now)
        except Exception as error:
            self.last_error = safe_message(error)
            raise
        else:
            self.last_error = None
        finally:
            self._probe(now)
            steps.deliver_due(self._database, self._channels, now=self._clock.now())

    def _detect_and_digest(self, now: datetime) -> None:
        if self._is_detection_due(now):
            self.detect()
        if self._last_digest is None or now - self._last_digest >= DIGEST_INTERVAL:
            self.digest()

    def detect(self) -> int | None:
        """Judge every watch; returns how many events there were, None before detection begins."""
        now = self._clock.now()
        with self._database.read() as tx:
            change_number = changes.last_number(tx)
        event_count = detecting.detect_all(self._database, self._notifier, now=now)
        if event_count is not None:
            self._last_detection = (now, change_number)
        return event_count

    def digest(self, date: str | None = None) -> int:
        """Write the digests that are due (or that of *date*); returns how many."""
        now = self._clock.now()
        self._last_digest = now
        return digesting.enqueue_due_digests(self._database, self._notifier, date=date, now=now)

    def _probe(self, now: datetime) -> None:
        """Ask the mail server for a sign of life: its silence shows before a letter waits."""
        channel = self._channels.get("email")
        if channel is None or (
            self._last_probe is not None and now - self._last_probe < PROBE_INTERVAL
        ):
            return
        self._last_probe = now
        try:
            channel.probe()
        except HarkenError as error:
            self._smtp_heartbeat.beat(now, "failing", str(error))
        else:
            self._smtp_heartbeat.beat(now)

    def _is_detection_due(self, now: datetime) -> bool:
        if self._last_detection is None:
            return True
        detected_at, change_number = self._last_detection
        with self._database.read() as tx:
            return now - detected_at >= DETECT_INTERVAL or changes.last_number(tx) > change_number
