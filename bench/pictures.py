"""`make pictures`: screenshots of the pages and emails of a demo, in ``docs/pictures``.

Each is taken in a light and a dark colour scheme and on a phone. A barrier that axe reports, an
error in the browser's console and a request to another machine are failures. It writes
``out/pictures.json``.
"""

import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from alerts.channel import Notification
from alerts.messages.mime import from_mime, html_for_browser
from bench.browser import PageMonitor, Screen, chromium, open_page, take_picture
from bench.report import machine, print_progress, write_figures
from core.incident import IncidentKind
from demo.run import open_demo, wait_until_ready
from demo.session import DemoOptions, DemoSession
from harken.clock import Clock
from store.alerts import incidents
from store.database import Database

FOLDER: Final = Path("docs/pictures")
NOW: Final = datetime(2026, 11, 20, 13, 24, tzinfo=UTC)  # a Friday; fixed for equal pictures
SEED: Final = 1
HEAVIEST: Final = 300_000  # largest picture in the repository, bytes
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
# Landmarks belong to the page of the mail program, not to the email.
MAIL_SKIP_RULES: Final = ("landmark-one-main", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject of a picture: a path of the console, or the HTML of an email."""

    path: str = ""
    html: str = ""

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens of its pictures."""
        return MAIL_SCREENS if self.html else PAGE_SCREENS

    @property
    def skip_rules(self) -> tuple[str, ...]:
        """The rules of axe that do not apply to it."""
        return MAIL_SKIP_RULES if self.html else ()

    def show(self, monitor: PageMonitor) -> None:
        """Open it in the page of *monitor*."""
        if self.html:
            monitor.page.set_content(self.html)
        else:
            monitor.page.goto(monitor.home + self.path)


def main() -> None:
    """Take all pictures; exit with 1 if any has a failure."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="harken-pictures-") as folder:
        demo_options = DemoOptions(folder=Path(folder), seed=SEED)
        with open_demo(demo_options, Clock.starting_at(NOW)) as session, chromium() as browser:
            database, _ = wait_until_ready(session)
            rows = [
                row
                for name, subject in subjects(session, database).items()
                for row in take_pictures(browser, name, subject, session.console_url)
            ]
    write_figures("pictures", {"machine": machine(), "pictures": rows})
    raise SystemExit(any(row["failures"] for row in rows))


def subjects(session: DemoSession, database: Database) -> Mapping[str, Subject]:
    """Return the subjects of the pictures, by name."""
    with database.read() as tx:
        incident_id = incidents.all_incidents(tx, kind=IncidentKind.CRISIS)[0].id
    emails = {a.kind: from_mime(a.eml.read_bytes()) for a in reversed(session.smtp_sink.mails)}
    return {
        "search": Subject(path=SEARCH),
        "incident": Subject(path=f"/incidents/{incident_id}"),
        "sources": Subject(path="/sources"),
        "inbox": Subject(path="/inbox"),
        "digest": Subject(html=html_with_images(emails["digest"])),
        "brief": Subject(html=html_with_images(emails["brief"])),
    }


def html_with_images(notification: Notification) -> str:
    """Return the HTML of *notification* with its images inside, as a mail program displays it."""
    image_urls = {
        cid: f"data:image/png;base64,{b64encode(png).decode()}"
        for cid, png in notification.images.items()
    }
    return html_for_browser(notification, image_urls.__getitem__)


def take_pictures(browser: Browser, name: str, subject: Subject, home: str) -> list[dict[str, Any]]:
    """Take a picture on each screen; return rows with file, bytes and failures."""
    rows = []
    for screen in subject.screens:
        path = FOLDER / f"{name}-{screen.name}.png"
        with open_page(browser, screen, home) as monitor:
            subject.show(monitor)
            failures = monitor.inspect(subject.skip_rules)
            size = take_picture(monitor.page, path, tallest=screen.tallest)
        if size > HEAVIEST:
            failures.append(f"{size} bytes, more than {HEAVIEST}")
        print_progress(f"{path.name}: {size} bytes {failures or 'ok'}")
        rows.append({"picture": path.name, "bytes": size, "failures": failures})
    return rows


if __name__ == "__main__":
    main()
