"""The command ``python -m demo.site``: print ``ready PORT``, then serve a corpus."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic

from core.errors import ConfigError
from core.timestamps import parse_utc
from demo.corpus_files import read
from demo.site.app import Site
from demo.site.log import AccessLog
from demo.site.server import SiteServer
from demo.timeline import Timeline


def main(arguments: Sequence[str]) -> int:
    """Serve a corpus until a signal arrives; return 2 if the corpus cannot be read."""
    options = _options(arguments)
    try:
        corpus = read(options.corpus)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    clock = running_clock(options.now or options.started)
    with SiteServer(options.port, clock, AccessLog(options.log)) as server:
        timeline = Timeline(corpus, options.started, server.address)
        server.site = Site(timeline, options.control)
        if options.until_stdin_closes:
            Thread(target=_stop_at_end_of_stdin, args=(server,), daemon=True).start()
        print(f"ready {server.server_port}", flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
    return 0


def running_clock(start: datetime) -> Callable[[], datetime]:
    """Return a clock that shows *start* now and runs on from there."""
    zero = monotonic()
    return lambda: start.astimezone(UTC) + timedelta(seconds=monotonic() - zero)


def _stop_at_end_of_stdin(server: SiteServer) -> None:
    # sys.stdin would hold a lock that an exit of the interpreter needs.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.shutdown()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo.site", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="corpus folder")
    parser.add_argument("--started", type=parse_utc, required=True, help="time of offset 0")
    parser.add_argument("--now", type=parse_utc, help="start of the clock; default: --started")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--log", type=Path, help="access log, JSON lines")
    parser.add_argument("--control", type=Path, help='file with {"down": [SITE, …]}')
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end at the end of standard input"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
