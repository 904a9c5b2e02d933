"""Settings of glibc's malloc for freed memory."""

import ctypes
from typing import Final

# Parameters of mallopt(3); only glibc has them.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_MMAP_BYTES: Final = 32 << 20  # the largest mmap threshold that glibc accepts
_TRIM_BYTES: Final = 256 << 20  # free bytes at the end of the heap


def retain_freed_memory() -> None:
    """Stop glibc's malloc from returning freed memory to the system; do nothing elsewhere.

    A pass allocates states of 1 to 3 MB a layer. By default glibc requests each such block from
    the system again, which clears it first. That costs a seventh of the time of minilm (measured:
    375 against 440 texts a second of one worker).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS; Windows has no CDLL of None
        return
    mallopt(_MMAP_THRESHOLD, _MMAP_BYTES)
    mallopt(_TRIM_THRESHOLD, _TRIM_BYTES)
