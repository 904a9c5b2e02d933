"""Watch over the settings file of a running Harken: it reports an edit once the file is stable."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.settings import Settings
from config.settings_file import ABSENT, Fingerprint, SettingsFile, fingerprint
from core.errors import ConfigError
from harken.settings_mistakes import reject_mistakes

SETTLE_TIME: Final = timedelta(seconds=1)  # without a further change; then an edit is complete
# Some editors delete or empty the file before they write it again.
ABSENT_TIME: Final = timedelta(seconds=5)  # then the file is really missing or empty


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Edited settings, or the mistakes in them."""

    settings: Settings | None
    problem: str = ""  # one line a mistake, with file, line and column; empty if there is none


class SettingsWatch:
    """Watch over a settings file and the files that it names, polled about once a second.

    It starts with the content of its creation as applied.
    """

    def __init__(self, settings_file: SettingsFile) -> None:
        self.path = settings_file.path
        self._file = settings_file
        self._paths = settings_file.paths()
        self._applied: Fingerprint | None = fingerprint(self._paths)
        self._candidate: Fingerprint | None = None
        self._stable_since: datetime | None = None

    def poll(self, now: datetime) -> LoadResult | None:
        """Load the settings if an edit is complete; None: there is none, or it may go on.

        An edit is reported by each call until :meth:`confirm`.
        """
        current = fingerprint(self._paths)
        if current == self._applied:
            self._candidate = None
            return None
        if current != self._candidate or self._stable_since is None:
            self._candidate, self._stable_since = current, now
        is_absent = current[self.path] == ABSENT
        if now - self._stable_since < (ABSENT_TIME if is_absent else SETTLE_TIME):
            return None
        return self._load()

    def confirm(self) -> None:
        """Report the edit of the last :meth:`poll` no more: it was applied or rejected for good."""
        self._applied = self._candidate

    def _load(self) -> LoadResult:
        # The digests come first: a change during the load then is an edit of its own.
        self._paths = self._file.paths()
        self._candidate = fingerprint(self._paths)
        if self._candidate[self.path] == ABSENT and self.path.exists():
            return LoadResult(None, f"{self.path}:1:1: the file is empty.")
        try:
            settings = self._file.load()
            reject_mistakes(settings, self.path)
        except ConfigError as error:
            return LoadResult(None, str(error))
        return LoadResult(settings)
