"""A demo: a replay site, an SMTP sink and `harken run`; site and run are processes."""

import json
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

from config.child_environment import child_environment
from core.errors import HarkenError
from core.timestamps import format_utc
from demo.clock import DemoClock
from demo.corpus import generate
from demo.corpus_files import write
from demo.corpus_model import Corpus
from demo.foreign_corpus import read
from demo.ground_truth import matcher
from demo.site.sources import site_sources
from demo.smtp_sink import SmtpSink, free_port
from demo.tcp_proxy import TcpProxy
from demo.workspace import prepare_folder, write_control, write_settings

T = TypeVar("T")
MAX_WAIT_S: Final = 300.0  # for each step of the demo, seconds
POLL_S: Final = 0.25  # pause between two tries, seconds


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


def start_demo(options: DemoOptions, clock: DemoClock) -> DemoSession:
    """Start all processes and return at once, before the first crawl ends.

    Raises:
        ConfigError: the folder is in use, or the corpus or a query of it is invalid.
        HarkenError: the replay site did not start.
    """
    prepare_folder(options.folder)
    started_at = clock.now()
    corpus = _load_corpus(options, started_at)
    matcher(corpus)  # report an invalid query before anything starts
    write(corpus, options.folder / "corpus")
    smtp_sink = SmtpSink(options.folder / "mails", clock)
    smtp_sink.open()
    site_process, site_port = start_site(options, clock, started_at)
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


def start_site(
    options: DemoOptions, clock: DemoClock, started_at: datetime
) -> tuple[subprocess.Popen[str], int]:
    """Start the replay site of the corpus in the demo's folder; return the process and its port.

    The site ends with this process, even when this process is killed.

    Raises:
        HarkenError: the site did not start.
    """
    control = write_control(options.folder, [])
    command = [
        *(sys.executable, "-m", "demo.site"),
        *("--corpus", str(options.folder / "corpus")),
        *("--started", str(format_utc(started_at))),
        *("--now", str(format_utc(clock.now()))),
        *("--log", str(options.folder / "access.jsonl")),
        *("--control", str(control)),
        "--until-stdin-closes",
    ]
    # The other end of its standard input closes with this process, even when SIGKILL ends it.
    site_process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert site_process.stdout is not None
    ready_line = site_process.stdout.readline().split()
    if ready_line[:1] != ["ready"]:
        raise HarkenError("The replay site did not start; see the messages above.")
    print(f"replay site on port {ready_line[1]}", file=sys.stderr, flush=True)
    return site_process, int(ready_line[1])


def start_run(settings_path: Path, clock: DemoClock, log_path: Path) -> subprocess.Popen[str]:
    """Start `harken run` with these settings; append its output to *log_path*."""
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
            env=child_environment(),
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
        HarkenError: *max_wait* seconds passed since *progress* last changed its value; twelve
            thousand mentions take longer than three hundred.
    """
    last_progress, deadline = progress(), time.monotonic() + max_wait
    while (result := poll()) is None:
        if (progress_now := progress()) != last_progress:
            last_progress, deadline = progress_now, time.monotonic() + max_wait
        if time.monotonic() > deadline:
            raise HarkenError(f"timed out after {max_wait:.0f} s waiting for {what}; see run.log")
        time.sleep(POLL_S)
    return result


def _load_corpus(options: DemoOptions, started_at: datetime) -> Corpus:
    if options.corpus:
        return read(options.corpus)
    return generate(options.seed, started_at, calm=options.calm, live=options.live is not None)
