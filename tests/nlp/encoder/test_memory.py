"""nlp.encoder.memory: a process that keeps what it frees does not ask the system for it again."""

import subprocess
import sys

import pytest

from nlp.encoder import memory

_FAULTS = """
import ctypes, resource, sys
from nlp.encoder import memory
if sys.argv[1] == "kept":
    memory.keep()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def touch():
    place = ctypes.c_void_p(libc.malloc(3 << 20))
    libc.memset(place, 1, 3 << 20)
    return place
def two():
    for place in [touch(), touch()]:
        libc.free(place)
two()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    two()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(way):
    """Pages that were fetched anew while 6 MB were taken and freed 20 times."""
    done = subprocess.run(
        [sys.executable, "-c", _FAULTS, way], capture_output=True, check=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone")
def test_what_is_kept_is_not_fetched_again():
    assert faults("kept") < 100 < faults("left")


def test_another_libc_is_left_alone(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    memory.retain_freed_memory()
