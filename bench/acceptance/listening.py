"""The recall for one real server: our commands compared with its own database."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from bench.acceptance.server import Server
from bench.report import print_progress
from core.timestamps import format_utc
from harken.clock import Clock

SOURCE: Final = "server"
TEN_YEARS: Final = 3650  # days
LATER: Final = (2, 4)  # hours from now; a deletion counts after two crawls an hour apart


def measure_server(server: Server) -> dict[str, Any]:
    """Return the row of *server*: two crawls, then changes, then two crawls."""
    print_progress(f"{server.name} …")
    with tempfile.TemporaryDirectory(prefix="harken-server-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # some servers switch to an account of their own
        try:
            server.start(folder / "server")
            return _measure(server, _settings(server, folder))
        finally:
            server.stop()


def _measure(server: Server, config: Path) -> dict[str, Any]:
    first = _crawl(config)
    truth, record = server.truth(), _record(config)
    second = _crawl(config)
    edits, deletes = server.edit(), server.delete()
    for hours in LATER:
        _crawl(config, "--now", _in(hours))
    after = _record(config)
    return {
        "server": server.name,
        "seeded": len(truth),
        "recall": len(truth & record.keys()) / len(truth),
        "doubled": len(record.keys() - truth),
        "missed": sorted(truth - record.keys()),
        "edits": len(edits),
        "edits_seen": sum(words in _text(after, uri) for uri, words in edits.items()),
        "deletes": len(deletes),
        "deletes_seen": sum(uri in record and _is_gone(after, uri) for uri in deletes),
        "bytes_first": first,
        "bytes_second": second - first,
        "too_early": None,  # only the server could report it
    }


def _settings(server: Server, folder: Path) -> Path:
    source_keys = dict(server.source())
    options = {"backfill_days": TEN_YEARS, **source_keys.pop("options")}
    source = {
        "slug": SOURCE,
        "allow_loopback": True,
        "delay": "0s",
        "options": options,
        **source_keys,
    }
    watch = {"slug": "all", "name": "All", "query": server.query, "retention": f"{TEN_YEARS}d"}
    path = folder / "harken.yaml"
    path.write_text(yaml.safe_dump({"watches": [watch], "sources": [source]}))
    return path


def _crawl(config: Path, *options: str) -> int:
    """Crawl once; return the bytes of all crawls so far."""
    [row] = json.loads(_harken("crawl", "--json", *options, config=config))["sources"]
    return int(row["bytes"])


def _in(hours: int) -> str:
    return str(format_utc(Clock().now() + timedelta(hours=hours)))


def _record(config: Path) -> dict[str, Mapping[str, Any]]:
    lines = _harken("mentions", "--jsonl", config=config).splitlines()
    return {mention["uri"]: mention for mention in map(json.loads, lines)}


def _text(record: Mapping[str, Mapping[str, Any]], uri: str) -> str:
    return str(record.get(uri, {}).get("text", ""))


def _is_gone(record: Mapping[str, Mapping[str, Any]], uri: str) -> bool:
    """Return whether the mention *uri* is deleted."""
    return uri not in record or record[uri]["state"] == "deleted"


def _harken(*arguments: str, config: Path) -> str:
    command = [sys.executable, "-m", "harken", *arguments, "--config", str(config)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
