"""The demo: a replay site, an SMTP inbox and `harken run` on them, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from core.errors import HarkenError
from core.timestamps import iso
from demo.corpus import generate
from demo.corpus_files import write
from demo.corpus_model import Corpus
from demo.foreign_corpus import read
from demo.ground_truth import matcher
from demo.site.sources import sites
from demo.smtp_sink import Inbox, free_port
from demo.tcp_proxy import Relay
from demo.workspace import prepare, write_control, write_settings
from harken.clock import Clock
from harken.commands.output import talk

T = TypeVar("T")
PATIENCE_S: Final = 300.0  # for anything that the demo waits for
POLL_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What kind of demo was asked for."""

    folder: Path
    seed: int = 1
    corpus: Path | None = None
    index: str = "tantivy"
    calm: bool = False
    fault: str | None = None
    live: float | None = None  # seconds
    port: int = 0


@dataclass
class Play:
    """A running demo."""

    plan: Plan
    clock: Clock
    corpus: Corpus
    started: datetime  # what offset 0 of the corpus is
    site: subprocess.Popen[str]
    site_port: int
    console_port: int
    settings: Path
    inbox: Inbox
    run: subprocess.Popen[str]
    relay: Relay | None = None  # before an Elasticsearch

    @property
    def site_url(self) -> str:
        """Where the replay site answers."""
        return f"http://127.0.0.1:{self.site_port}"

    @property
    def console_url(self) -> str:
        """Where the console answers."""
        return f"http://127.0.0.1:{self.console_port}"

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page of the console; (0, "") while it does not answer."""
        try:
            with urllib.request.urlopen(self.console_url + path, timeout=20) as answer:  # noqa: S310 - our own console
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def json(self, path: str) -> dict[str, Any] | None:
        """A JSON page of the console; None while it does not answer."""
        status, body = self.get(path)
        return json.loads(body) if status == 200 else None  # noqa: PLR2004 - OK

    def close(self) -> None:
        """End everything that this demo started."""
        for process in (self.run, self.site):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.run, self.site):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self.inbox.close()
        if self.relay is not None:
            self.relay.cut()


def begin(plan: Plan, clock: Clock) -> Play:
    """Start everything; returns as soon as all processes are up, long before anything is heard."""
    prepare(plan.folder)
    started = clock.now()
    corpus = (
        read(plan.corpus)
        if plan.corpus
        else generate(plan.seed, started, calm=plan.calm, live=plan.live is not None)
    )
    matcher(corpus)  # a query that no crawl can use is told before anything starts
    write(corpus, plan.folder / "corpus")
    inbox = Inbox(plan.folder / "mails", clock)
    inbox.open()
    site, site_port = _start_site(plan, clock, started)
    console_port = plan.port or free_port()
    relay = None if plan.index == "tantivy" else Relay(plan.index)
    settings = write_settings(
        plan.folder,
        corpus,
        sites(corpus, f"http://127.0.0.1:{site_port}"),
        smtp_port=inbox.port,
        console_port=console_port,
        index=relay.url if relay else plan.index,
    )
    return Play(
        plan=plan,
        clock=clock,
        corpus=corpus,
        started=started,
        site=site,
        site_port=site_port,
        console_port=console_port,
        settings=settings,
        inbox=inbox,
        relay=relay,
        run=start_run(settings, clock, plan.folder / "run.log"),
    )


def start_run(settings: Path, clock: Clock, log: Path) -> subprocess.Popen[str]:
    """`harken run` on these settings, its talk in *log*."""
    offset = str(clock.offset.total_seconds())
    with log.open("a") as talk_of_run:
        return subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "harken", "run", "--child"),
                *("--config", str(settings), "--offset", offset),
            ],
            stdin=subprocess.DEVNULL,
            stdout=talk_of_run,
            stderr=talk_of_run,
            text=True,
            start_new_session=True,
        )


def wait_for(
    what: str,
    look: Callable[[], T | None],
    patience: float = PATIENCE_S,
    *,
    progress: Callable[[], object] = lambda: None,
) -> T:
    """What *look* finds, asked again and again.

    Raises:
        HarkenError: it found nothing in *patience* seconds after *progress* last said another
            thing: twelve thousand mentions take longer than three hundred.
    """
    at, end = progress(), time.monotonic() + patience
    while (found := look()) is None:
        if (further := progress()) != at:
            at, end = further, time.monotonic() + patience
        if time.monotonic() > end:
            raise HarkenError(f"timed out after {patience:.0f} s waiting for {what}; see run.log")
        time.sleep(POLL_S)
    return found


def since_process_start() -> float:
    """Seconds since the kernel started this process."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _start_site(plan: Plan, clock: Clock, started: datetime) -> tuple[subprocess.Popen[str], int]:
    control = write_control(plan.folder, [])
    command = [
        *(sys.executable, "-m", "demo.site"),
        *("--corpus", str(plan.folder / "corpus")),
        *("--started", str(iso(started))),
        *("--now", str(iso(clock.now()))),
        *("--log", str(plan.folder / "access.jsonl")),
        *("--control", str(control)),
    ]
    site = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)  # noqa: S603 - our own command
    assert site.stdout is not None
    said = site.stdout.readline().split()
    if said[:1] != ["ready"]:
        raise HarkenError("The replay site did not start; see the messages above.")
    talk(f"replay site on port {said[1]}")
    return site, int(said[1])
