"""Debian's Chromium, watched: what a page asks for, complains of, and shuts people out with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
# Without these it asks its maker for updates, and needs more rights than a container gives.
SWITCHES: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--force-color-profile=srgb"),
)
INERT: Final = ("data:", "about:", "blob:")  # addresses that leave no machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What a page is looked at with; lengths in CSS pixels."""

    name: str
    width: int
    height: int
    tallest: int  # of a longer page only the beginning is pictured
    scheme: Literal["light", "dark"] = "light"
    scale: int = 1


@dataclass
class PageMonitor:
    """A page that is being watched."""

    page: Page
    home: str  # the only address that it may ask, without a slash at the end
    complaints: list[str] = field(default_factory=list)

    def inspect(self, skip_rules: Sequence[str] = ()) -> list[str]:
        """All that is wrong with what the page shows now: a line each, none if it is well.

        *excused* are rules of axe that do not apply.
        """
        self.page.wait_for_load_state("networkidle")
        rules = {rule: {"enabled": False} for rule in skip_rules}
        violations = Axe().run(self.page, options={"rules": rules}).response["violations"]
        barriers = [f"axe: {v['id']} ({v['impact']}): {_selectors(v)}" for v in violations]
        return [*self.complaints, *barriers]

    def listen(self) -> None:
        """Listen from now on."""
        self.page.on("request", lambda request: self._check_request(request.url))
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def _check_request(self, url: str) -> None:
        if not is_at_home(url, self.home):
            self.complaints.append(f"asks {url}")

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"console: {text}")


def is_at_home(url: str, home: str) -> bool:
    """Whether *url* leads nowhere but to the host *home*."""
    return url.startswith((*INERT, f"{home}/")) or url == home


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: Browser, screen: Screen, home: str) -> Iterator[PageMonitor]:
    """An empty page on *screen*."""
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
    """Picture the page from its top, at most *tallest* CSS pixels of it; bytes of the file."""
    size: dict[str, Any] = page.evaluate(
        "({width: innerWidth, height: document.documentElement.scrollHeight})"
    )
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], tallest)}
    page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]  # a TypedDict
    return path.stat().st_size


def _selectors(violation: dict[str, Any]) -> str:
    return ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
