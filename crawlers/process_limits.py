"""What a crawl child may use, whatever a stranger's server sends it."""

import ctypes
import resource
import signal
from typing import Final

MIB: Final = 2**20
MAX_BYTES: Final = 10 * MIB  # of one answer, on the wire and decompressed
TIMEOUT_S: Final = 30.0  # seconds for one answer, from connecting to its last byte
MAX_REDIRECTS: Final = 5
MAX_REQUESTS: Final = 2_000  # of one source in one batch; the cursor carries the rest over

_PR_SET_PDEATHSIG: Final = 1  # <linux/prctl.h>


def limit_child(
    *,
    memory: int = 1024 * MIB,
    cpu_s: int = 600,
    file_size: int | None = None,
) -> None:
    """Bound this process; call it first in the child. It dies with the thread that started it.

    *memory* bounds address space in bytes (a crawl needs some 400 MiB), *cpu_s* CPU seconds.
    *file_size* bounds every file that the child writes, a SQLite record too: None sets no bound.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
