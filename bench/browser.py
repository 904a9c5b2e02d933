"""A monitored Chromium of Debian: requests, console errors and barriers of a page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
# Without these it looks for updates, and needs more rights than a container has.
SWITCHES: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--force-color-profile=srgb"),
)
INERT: Final = ("data:", "about:", "blob:")  # addresses without a request to another machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A screen on which a page is displayed; lengths in CSS pixels."""

    name: str
    width: int
    height: int
    tallest: int  # largest height of a picture; a longer page is cut
    scheme: Literal["light", "dark"] = "light"
    scale: int = 1


@dataclass
class PageMonitor:
    """A page under observation."""

    page: Page
    home: str  # the only address for its requests, without a final slash
    complaints: list[str] = field(default_factory=list)

    def inspect(self, skip_rules: Sequence[str] = ()) -> list[str]:
        """Return a line for each problem of the current page.

        *skip_rules* are rules of axe that do not apply.
        """
        self.page.wait_for_load_state("networkidle")
        rules = {rule: {"enabled": False} for rule in skip_rules}
        violations = Axe().run(self.page, options={"rules": rules}).response["violations"]
        barriers = [f"axe: {v['id']} ({v['impact']}): {_selectors(v)}" for v in violations]
        return [*self.complaints, *barriers]

    def listen(self) -> None:
        """Start to record requests and errors."""
        self.page.on("request", lambda request: self._check_request(request.url))
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def _check_request(self, url: str) -> None:
        if not is_at_home(url, self.home):
            self.complaints.append(f"request to {url}")

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"console: {text}")


def is_at_home(url: str, home: str) -> bool:
    """Return whether *url* is on the host *home* or needs no request."""
    return url.startswith((*INERT, f"{home}/")) or url == home


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser; close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: Browser, screen: Screen, home: str) -> Iterator[PageMonitor]:
    """Yield an empty page on *screen*."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.scheme,
        device_scale_factor=screen.scale,
        reduced_motion="reduce",
        locale="en-GB",
    )
    monitor = PageMonitor(page=context.new_page(), home=home)
    monitor.listen()
    try:
        yield monitor
    finally:
        context.close()


def take_picture(page: Page, path: Path, tallest: int) -> int:
    """Save a picture of the top *tallest* CSS pixels of the page; return the bytes of the file."""
    size: dict[str, Any] = page.evaluate(
        "({width: innerWidth, height: document.documentElement.scrollHeight})"
    )
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], tallest)}
    page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]  # a TypedDict
    return path.stat().st_size


def _selectors(violation: dict[str, Any]) -> str:
    return ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
