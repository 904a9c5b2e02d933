"""Limits of a crawl process, as protection from the responses of foreign servers."""

import resource
from typing import Final

MIB: Final = 2**20
MAX_BYTES: Final = 10 * MIB  # of one response, on the wire and decompressed
TIMEOUT_S: Final = 30.0  # seconds for one response, from connecting to its last byte
MAX_REDIRECTS: Final = 5
MAX_REQUESTS: Final = 2_000  # of one source in one batch; the next run continues at the cursor


def limit_child(
    *,
    memory: int = 1024 * MIB,
    cpu_s: int = 600,
    file_size: int | None = None,
) -> None:
    """Limit memory, CPU time and file sizes of this process, and disable core dumps.

    *memory* bounds address space in bytes (a crawl needs some 400 MiB), *cpu_s* CPU seconds.
    *file_size* bounds every file that it writes in bytes, an SQLite database too; None: no limit.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
