"""The access log: one JSON line a request, with the body as evidence for tests."""

import json
from datetime import datetime
from pathlib import Path
from threading import Lock

from core.timestamps import format_utc
from demo.site.answer import SiteResponse


class AccessLog:
    """A log in the file *path*; None: no log.

    A line has at, method, path, status, bytes and body; retry too, if a response has that header.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("a", encoding="utf-8") if path else None
        self._lock = Lock()

    def add(self, at: datetime, method: str, target: str, response: SiteResponse) -> None:
        """Append one request that was answered at *at*."""
        if self._file is None:
            return
        row = {
            "at": format_utc(at),
            "method": method,
            "path": target,
            "status": response.status,
            "bytes": len(response.body),
            "body": response.body.decode("utf-8", "replace"),
        }
        if "retry-after" in response.headers:
            row["retry"] = int(response.headers["retry-after"])
        line = json.dumps(row) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
