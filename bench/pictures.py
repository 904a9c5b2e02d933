"""`make pictures`: the pages and letters of a demo as people see them, in ``docs/pictures``.

Each is looked at by day, by night and on a phone; a barrier that axe finds, an error in the
browser's console or a request that leaves the machine is a failure. Writes ``out/pictures.json``.
"""

import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from alerts.channel import Letter
from alerts.messages.mime import from_eml, viewed
from bench.browser import Screen, Watch, chromium, shoot, watched
from bench.report import machine, say, write
from core.incident import Kind
from demo.run import curtain, until_ready
from demo.session import Plan, Play
from harken.clock import Clock
from store.alerts import incidents
from store.database import Record

FOLDER: Final = Path("docs/pictures")
NOW: Final = datetime(2026, 11, 20, 13, 24, tzinfo=UTC)  # a Friday: pictures change only with us
SEED: Final = 1
HEAVIEST: Final = 300_000  # bytes of a picture in the repository
SEARCH: Final = "/?q=battery"

PAGE_SCREENS: Final = (
    Screen(name="light", width=1280, height=900, tallest=1000),
    Screen(name="dark", width=1280, height=900, tallest=1000, scheme="dark"),
    Screen(name="phone", width=390, height=844, tallest=1000, scale=2),
)
MAIL_SCREENS: Final = (
    Screen(name="light", width=720, height=900, tallest=1800),
    Screen(name="dark", width=720, height=900, tallest=1800, scheme="dark"),
    Screen(name="phone", width=390, height=844, tallest=1000, scale=2),
)
# A mail program is the page around a letter: its landmarks are not the letter's business.
MAIL_EXCUSED: Final = ("landmark-one-main", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is pictured: a path of the console, or a letter's HTML."""

    path: str = ""
    html: str = ""

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens that it is looked at with."""
        return MAIL_SCREENS if self.html else PAGE_SCREENS

    @property
    def excused(self) -> tuple[str, ...]:
        """The rules of axe that do not apply to it."""
        return MAIL_EXCUSED if self.html else ()

    def show(self, watch: Watch) -> None:
        """Bring it onto the page."""
        if self.html:
            watch.page.set_content(self.html)
        else:
            watch.page.goto(watch.home + self.path)


def main() -> None:
    """Picture everything; exit 1 if anything is wrong with what is seen."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="harken-pictures-") as folder:
        plan = Plan(folder=Path(folder), seed=SEED)
        with curtain(plan, Clock.starting(NOW)) as play, chromium() as browser:
            record, _ = until_ready(play)
            rows = [
                row
                for name, subject in subjects(play, record).items()
                for row in pictured(browser, name, subject, play.console_url)
            ]
    write("pictures", {"machine": machine(), "pictures": rows})
    raise SystemExit(any(row["failures"] for row in rows))


def subjects(play: Play, record: Record) -> Mapping[str, Subject]:
    """What is pictured, by name."""
    with record.read() as tx:
        number = incidents.everything(tx, kind=Kind.CRISIS)[0].id
    letters = {a.kind: from_eml(a.eml.read_bytes()) for a in reversed(play.inbox.arrivals)}
    return {
        "search": Subject(path=SEARCH),
        "incident": Subject(path=f"/incidents/{number}"),
        "sources": Subject(path="/sources"),
        "inbox": Subject(path="/inbox"),
        "digest": Subject(html=opened(letters["digest"])),
        "brief": Subject(html=opened(letters["brief"])),
    }


def opened(letter: Letter) -> str:
    """A letter's HTML with its pictures inside: as a mail program shows it."""
    inside = {
        cid: f"data:image/png;base64,{b64encode(png).decode()}"
        for cid, png in letter.images.items()
    }
    return viewed(letter, inside.__getitem__)


def pictured(browser: Browser, name: str, subject: Subject, home: str) -> list[dict[str, Any]]:
    """A row for each screen: the file, its bytes, and what is wrong."""
    rows = []
    for screen in subject.screens:
        path = FOLDER / f"{name}-{screen.name}.png"
        with watched(browser, screen, home) as watch:
            subject.show(watch)
            failures = watch.inspect(subject.excused)
            size = shoot(watch.page, path, tallest=screen.tallest)
        if size > HEAVIEST:
            failures.append(f"{size} bytes, more than {HEAVIEST}")
        say(f"{path.name}: {size} bytes {failures or 'ok'}")
        rows.append({"picture": path.name, "bytes": size, "failures": failures})
    return rows


if __name__ == "__main__":
    main()
