"""The state that `harken demo --check` leaves: the record and the index of an invented brand."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.acceptance.demos import GRACE_S, MAX_WAIT_S, demo_result
from config.load import load
from config.settings import Settings
from console.context import AppContext
from core.errors import HarkenError
from harken import wiring
from harken.clock import Clock
from store import counts

HARKEN: Final = (sys.executable, "-m", "harken")


@dataclass(frozen=True, slots=True)
class StoppedInstallation:
    """Settings and state of a product that does not run.

    Attributes:
        config: the path of its harken.yaml.
        state: the folder of record and index, whatever the settings name.
    """

    config: Path
    state: Path

    @property
    def settings(self) -> Settings:
        """The settings with that folder."""
        return load(self.config, {}, state=self.state)

    def copy(self, folder: Path) -> "StoppedInstallation":
        """Copy the state to *folder*, which must not exist; the settings stay where they are."""
        shutil.copytree(self.state, folder)
        return replace(self, state=folder)


def make_demo(folder: Path) -> StoppedInstallation:
    """Play a demo in *folder*, which takes minutes.

    A demo that fails its own check serves as well: it is not under test here.

    Raises:
        HarkenError: it ended before its state was whole.
    """
    result = _play([*HARKEN, "demo", "--check", "--dir", str(folder)])
    if result.get("ready_s") is None:
        raise HarkenError(f"no demo to work on: {'; '.join(result['failures'])}")
    return StoppedInstallation(folder / "harken.yaml", folder / "state")


def open_console(installation: StoppedInstallation) -> AppContext:
    """Open what the console reads from, at the time of the newest mention.

    Raises:
        HarkenError: there is no mention.
    """
    settings = installation.settings
    record = wiring.open_database(settings)
    with record.read() as tx:
        newest = counts.newest_published(tx)
    if newest is None:
        raise HarkenError(f"{installation.state} holds no mention")
    desk = replace(wiring.open_app_context(settings, record, Clock()), now=lambda: newest)
    desk.index.setup()
    return desk


def _play(command: Sequence[str]) -> dict[str, Any]:
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        stdout, stderr = demo.communicate(timeout=MAX_WAIT_S)
    except subprocess.TimeoutExpired:
        return {"failures": [f"not over after {MAX_WAIT_S} s"]}
    finally:
        _end(demo)
    return demo_result(demo.returncode, stdout, stderr)


def _end(demo: subprocess.Popen[str]) -> None:
    """Let a demo that still runs end what it started."""
    if demo.poll() is None:
        demo.send_signal(signal.SIGINT)
        try:
            demo.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            demo.kill()
            demo.wait()
