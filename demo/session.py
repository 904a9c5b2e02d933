"""A demo: a replay site, an SMTP sink and `harken run`; site and run are processes."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from core.errors import HarkenError
from demo.clock import DemoClock
from demo.corpus import generate
from demo.corpus_files import write
from demo.corpus_model import Corpus
from demo.display.display import Display
from demo.display.plain import PlainDisplay
from demo.foreign_corpus import read
from demo.ground_truth import matcher
from demo.processes.failure import raise_if_ended
from demo.processes.start import RUN_LOG, SITE_LOG, start_run, start_site
from demo.site.sources import site_sources
from demo.smtp_sink import SmtpSink, free_port
from demo.tcp_proxy import TcpProxy
from demo.workspace import prepare_folder, write_settings

T = TypeVar("T")
MAX_WAIT_S: Final = 300.0  # for each step of the demo, seconds
POLL_S: Final = 0.25  # pause between two tries, seconds


class WaitTimeoutError(HarkenError):
    """The end of a wait without its condition; all processes of the demo still run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The options of a demo; its fields are those of `harken demo`."""

    folder: Path
    seed: int = 1
    corpus: Path | None = None
    index: str = "tantivy"
    calm: bool = False
    fault: str | None = None
    live: float | None = None  # longest wait for the second crisis, seconds; None: no such crisis
    port: int = 0


@dataclass
class DemoSession:
    """A running demo."""

    options: DemoOptions
    clock: DemoClock
    corpus: Corpus
    started_at: datetime  # offset 0 of the corpus
    site_process: subprocess.Popen[str]
    site_port: int
    console_port: int
    settings_path: Path
    smtp_sink: SmtpSink
    run_process: subprocess.Popen[str]
    proxy: TcpProxy | None = None  # in front of an Elasticsearch
    display: Display = field(default_factory=lambda: PlainDisplay(sys.stderr))

    @property
    def site_url(self) -> str:
        """The address of the replay site."""
        return f"http://127.0.0.1:{self.site_port}"

    @property
    def console_url(self) -> str:
        """The address of the console."""
        return f"http://127.0.0.1:{self.console_port}"

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a page of the console; (0, "") if it does not answer."""
        try:
            with urllib.request.urlopen(self.console_url + path, timeout=20) as response:  # noqa: S310 - our own console
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def json(self, path: str) -> dict[str, Any] | None:
        """Return a JSON page of the console; None unless its status is 200."""
        status, body = self.get(path)
        return json.loads(body) if status == 200 else None  # noqa: PLR2004 - OK

    def raise_if_ended(self) -> None:
        """Raise the error of the replay site or of `harken run` if either has ended."""
        folder = self.options.folder
        raise_if_ended(self.run_process, "harken run", folder / RUN_LOG)
        raise_if_ended(self.site_process, "The replay site", folder / SITE_LOG)

    def wait_for(
        self,
        what: str,
        poll: Callable[[], T | None],
        max_wait: float = MAX_WAIT_S,
        *,
        progress: Callable[[], object] = lambda: None,
    ) -> T:
        """Wait as :func:`wait_for`, but only while all processes of the demo run.

        Raises:
            WaitTimeoutError: as :func:`wait_for`.
            HarkenError: a process ended.
        """

        def poll_while_running() -> T | None:
            """Look at the processes first: without them the condition never comes."""
            self.raise_if_ended()
            return poll()

        return wait_for(what, poll_while_running, max_wait, progress=progress)

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


def start_demo(
    options: DemoOptions, clock: DemoClock, display: Display | None = None
) -> DemoSession:
    """Start all processes and return at once, before the first crawl ends.

    Without a *display* the steps are lines on stderr.

    Raises:
        ConfigError: the folder is in use, or the corpus or a query of it is invalid.
        HarkenError: the replay site did not start.
    """
    display = display or PlainDisplay(sys.stderr)
    prepare_folder(options.folder)
    started_at = clock.now()
    corpus = _load_corpus(options, started_at)
    matcher(corpus)  # report an invalid query before anything starts
    write(corpus, options.folder / "corpus")
    display.print_line(f"Corpus written: {len(corpus.lines):,} posts")
    smtp_sink = SmtpSink(options.folder / "mails", clock)
    smtp_sink.open()
    site_process, site_port = start_site(options.folder, clock, started_at)
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
        display=display,
        run_process=start_run(settings_path, clock, options.folder / RUN_LOG),
    )


def wait_for(
    what: str,
    poll: Callable[[], T | None],
    max_wait: float = MAX_WAIT_S,
    *,
    progress: Callable[[], object] = lambda: None,
) -> T:
    """Call *poll* until it returns a value, and return that.

    Raises:
        WaitTimeoutError: *max_wait* seconds passed since *progress* last changed its value; twelve
            thousand mentions take longer than three hundred.
    """
    last_progress, deadline = progress(), time.monotonic() + max_wait
    while (result := poll()) is None:
        if (progress_now := progress()) != last_progress:
            last_progress, deadline = progress_now, time.monotonic() + max_wait
        if time.monotonic() > deadline:
            raise WaitTimeoutError(
                f"timed out after {max_wait:.0f} s waiting for {what}. "
                f"Log: {RUN_LOG} in the folder of the demo"
            )
        time.sleep(POLL_S)
    return result


def _load_corpus(options: DemoOptions, started_at: datetime) -> Corpus:
    if options.corpus:
        return read(options.corpus)
    return generate(options.seed, started_at, calm=options.calm, live=options.live is not None)
