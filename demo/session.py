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
from core.timestamps import format_utc
from demo.corpus import generate
from demo.corpus_files import write
from demo.corpus_model import Corpus
from demo.foreign_corpus import read
from demo.ground_truth import matcher
from demo.site.sources import site_sources
from demo.smtp_sink import SmtpSink, free_port
from demo.tcp_proxy import TcpProxy
from demo.workspace import prepare_folder, write_control, write_settings
from harken.clock import Clock
from harken.commands.output import print_err

T = TypeVar("T")
MAX_WAIT_S: Final = 300.0  # for anything that the demo waits for
POLL_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
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
class DemoSession:
    """A running demo."""

    options: DemoOptions
    clock: Clock
    corpus: Corpus
    started_at: datetime  # what offset 0 of the corpus is
    site_process: subprocess.Popen[str]
    site_port: int
    console_port: int
    settings_path: Path
    smtp_sink: SmtpSink
    run_process: subprocess.Popen[str]
    proxy: TcpProxy | None = None  # before an Elasticsearch

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
            with urllib.request.urlopen(self.console_url + path, timeout=20) as response:  # noqa: S310 - our own console
                return response.status, response.read().decode()
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
        for process in (self.run_process, self.site_process):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.run_process, self.site_process):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self.smtp_sink.close()
        if self.proxy is not None:
            self.proxy.cut()


def start_demo(options: DemoOptions, clock: Clock) -> DemoSession:
    """Start everything; returns as soon as all processes are up, long before anything is heard."""
    prepare_folder(options.folder)
    started_at = clock.now()
    corpus = (
        read(options.corpus)
        if options.corpus
        else generate(options.seed, started_at, calm=options.calm, live=options.live is not None)
    )
    matcher(corpus)  # a query that no crawl can use is told before anything starts
    write(corpus, options.folder / "corpus")
    smtp_sink = SmtpSink(options.folder / "mails", clock)
    smtp_sink.open()
    site_process, site_port = _start_site(options, clock, started_at)
    console_port = options.port or free_port()
    proxy = None if options.index == "tantivy" else TcpProxy(options.index)
    settings_path = write_settings(
        options.folder,
        corpus,
        site_sources(corpus, f"http://127.0.0.1:{site_port}"),
        smtp_port=smtp_sink.port,
        console_port=console_port,
        index=proxy.url if proxy else options.index,
    )
    return DemoSession(
        options=options,
        clock=clock,
        corpus=corpus,
        started_at=started_at,
        site_process=site_process,
        site_port=site_port,
        console_port=console_port,
        settings_path=settings_path,
        smtp_sink=smtp_sink,
        proxy=proxy,
        run_process=start_run(settings_path, clock, options.folder / "run.log"),
    )


def start_run(settings_path: Path, clock: Clock, log_path: Path) -> subprocess.Popen[str]:
    """`harken run` on these settings, its talk in *log*."""
    offset = str(clock.offset.total_seconds())
    with log_path.open("a") as log_file:
        return subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "harken", "run", "--child"),
                *("--config", str(settings_path), "--offset", offset),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            text=True,
            start_new_session=True,
        )


def wait_for(
    what: str,
    poll: Callable[[], T | None],
    max_wait: float = MAX_WAIT_S,
    *,
    progress: Callable[[], object] = lambda: None,
) -> T:
    """What *look* finds, asked again and again.

    Raises:
        HarkenError: it found nothing in *patience* seconds after *progress* last said another
            thing: twelve thousand mentions take longer than three hundred.
    """
    last_progress, deadline = progress(), time.monotonic() + max_wait
    while (result := poll()) is None:
        if (progress_now := progress()) != last_progress:
            last_progress, deadline = progress_now, time.monotonic() + max_wait
        if time.monotonic() > deadline:
            raise HarkenError(f"timed out after {max_wait:.0f} s waiting for {what}; see run.log")
        time.sleep(POLL_S)
    return result


def since_process_start() -> float:
    """Seconds since the kernel started this process."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _start_site(
    options: DemoOptions, clock: Clock, started_at: datetime
) -> tuple[subprocess.Popen[str], int]:
    control = write_control(options.folder, [])
    command = [
        *(sys.executable, "-m", "demo.site"),
        *("--corpus", str(options.folder / "corpus")),
        *("--started", str(format_utc(started_at))),
        *("--now", str(format_utc(clock.now()))),
        *("--log", str(options.folder / "access.jsonl")),
        *("--control", str(control)),
    ]
    site_process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert site_process.stdout is not None
    ready_line = site_process.stdout.readline().split()
    if ready_line[:1] != ["ready"]:
        raise HarkenError("The replay site did not start; see the messages above.")
    print_err(f"replay site on port {ready_line[1]}")
    return site_process, int(ready_line[1])
