"""Loop for detection, silences, digests and delivery in the parent of a run."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from config.settings import Settings
from harken import wiring
from harken.clock import Clock
from harken.logs import safe_message
from harken.pipeline.deliver import deliver_due
from harken.pipeline.detect import detect_all
from harken.pipeline.digest import enqueue_due_digests
from harken.pipeline.drift import watch_drift
from harken.pipeline.notify import Notifier
from harken.pipeline.silence import watch_silences
from harken.runtime.channel_probes import ChannelProbes
from store import changes
from store.database import Database

log = structlog.get_logger()

DETECT_INTERVAL: Final = timedelta(seconds=15)  # between detections without a change: time goes on
DIGEST_INTERVAL: Final = timedelta(seconds=30)
DRIFT_INTERVAL: Final = timedelta(minutes=15)
SILENCE_INTERVAL: Final = timedelta(minutes=1)


class AlertLoop:
    """Loop that detects, composes digests and delivers when due.

    It holds only the times of its last rounds; all other state is in the database.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._channels = wiring.channels(settings)
        self._notifier = Notifier(settings, wiring.quality)
        self._last_detection: tuple[datetime, int] | None = None
        self._last_digest: datetime | None = None
        self._last_drift: datetime | None = None
        self._last_silence: datetime | None = None
        self.probes = ChannelProbes(database, self._channels, started_at=clock.now())
        self.last_error: str | None = None  # of the last tick; None: it succeeded

    def tick(self) -> None:
        """Run detection, find silences, enqueue due digests, deliver the outbox.

        The outbox is delivered even if one of the others failed.

        Raises:
            Exception: detection or a digest failed; ``last_error`` holds its message until a tick
                succeeds.
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
            self.probes.run(now)
            deliver_due(self._database, self._channels, now=self._clock.now())

    def _detect_and_digest(self, now: datetime) -> None:
        if self._is_detection_due(now):
            self.detect()
        if _is_due(self._last_drift, DRIFT_INTERVAL, now):
            self._last_drift = now
            watch_drift(self._database, now=now)
        if _is_due(self._last_silence, SILENCE_INTERVAL, now):
            self.find_silences()
        if _is_due(self._last_digest, DIGEST_INTERVAL, now):
            self.digest()

    def detect(self) -> int | None:
        """Evaluate every watch. Return the number of events; None before detection can start."""
        now = self._clock.now()
        with self._database.read() as tx:
            change_number = changes.last_number(tx)
        event_count = detect_all(self._database, self._notifier, now=now)
        if event_count is not None:
            self._last_detection = (now, change_number)
        return event_count

    def find_silences(self) -> int:
        """Find the sources that bring nothing. Return their number."""
        now = self._clock.now()
        self._last_silence = now
        return watch_silences(self._database, self._notifier, now=now)

    def digest(self, date: str | None = None) -> int:
        """Enqueue the digests that are due, or those of *date*. Return their number."""
        now = self._clock.now()
        self._last_digest = now
        return enqueue_due_digests(self._database, self._notifier, date=date, now=now)

    def _is_detection_due(self, now: datetime) -> bool:
        if self._last_detection is None:
            return True
        detected_at, change_number = self._last_detection
        with self._database.read() as tx:
            return now - detected_at >= DETECT_INTERVAL or changes.last_number(tx) > change_number


def _is_due(last: datetime | None, interval: timedelta, now: datetime) -> bool:
    return last is None or now - last >= interval
