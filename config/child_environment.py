"""The environment of child processes: what each needs, and no secret of another."""

import os
from collections.abc import Mapping
from typing import Final

from config.environment import without_settings

PARENT_PID: Final = "HARKEN_PARENT_PID"  # a process passes its pid to its children
# Of a process that reads strangers' bytes: search paths, folders, language, threads, certificates.
# "PG" begins the variables of libpq, by which it may reach the database.
_CRAWL_NAMES: Final = frozenset(
    [
        *(PARENT_PID, "PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT"),
        *("HOME", "TMPDIR", "TEMP", "TMP", "LANG", "TZ", "PYTHONUNBUFFERED", "PYTHONUTF8"),
        *("OMP_NUM_THREADS", "HF_HUB_OFFLINE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    ]
)
_CRAWL_PREFIXES: Final = ("LC_", "PG", "COVERAGE_")


def child_environment() -> dict[str, str]:
    """Return the environment for a child of this process: no settings, and the pid of its parent.

    Settings reach a child through its standard input.
    """
    environ = without_settings(os.environ)  # noqa: TID251 - not a setting
    return {**environ, PARENT_PID: str(os.getpid())}


def crawl_environment() -> dict[str, str]:
    """Return the environment for a crawl process: the few variables that it needs."""
    return _crawl_variables(child_environment())


def _crawl_variables(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name in _CRAWL_NAMES or name.startswith(_CRAWL_PREFIXES)
    }


def parent_pid() -> int | None:
    """Return the pid of the process that started this one; None if it passed none."""
    value = os.environ.get(PARENT_PID, "")  # noqa: TID251 - not a setting
    return int(value) if value.isdecimal() else None
