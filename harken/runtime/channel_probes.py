"""Regular probes of all channels, so that an outage is visible before a message is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.channel import Channel
from harken.logs import safe_message
from harken.plugin_settings import EMAIL
from harken.runtime.heartbeat import Heartbeat
from store.database import Database

PROBE_INTERVAL: Final = timedelta(seconds=10)


class ChannelProbes:
    """Probes of all *channels*; each has a heartbeat like a process of the run."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], *, started_at: datetime
    ) -> None:
        self._channels = channels
        self._heartbeats = {
            name: Heartbeat(database, process_name(name), started_at=started_at)
            for name in channels
        }
        self._last_run: datetime | None = None

    @property
    def process_names(self) -> Sequence[str]:
        """The names of the heartbeats."""
        return [process_name(name) for name in self._channels]

    def run(self, now: datetime) -> None:
        """Probe each channel, at most every ``PROBE_INTERVAL``."""
        if self._last_run is not None and now - self._last_run < PROBE_INTERVAL:
            return
        self._last_run = now
        for name, channel in self._channels.items():
            try:
                channel.probe()
            except Exception as error:  # noqa: BLE001 - one broken channel must not stop the others
                self._heartbeats[name].beat(now, "failing", safe_message(error))
            else:
                self._heartbeats[name].beat(now)


def process_name(channel: str) -> str:
    """Return the name of the heartbeat of *channel*; that of email is part of the JSON contract."""
    return "smtp" if channel == EMAIL else f"channel-{channel}"
