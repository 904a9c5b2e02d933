"""nlp.encoder.memory: a process that retains freed memory does not request it again."""

import subprocess
import sys

import pytest

from nlp.encoder import memory

_FAULTS = """
import ctypes, resource, sys
from nlp.encoder import memory
if sys.argv[1] == "retain":
    memory.retain_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def touch():
    block = ctypes.c_void_p(libc.malloc(3 << 20))
    libc.memset(block, 1, 3 << 20)
    return block
def allocate_two_and_free():
    for block in [touch(), touch()]:
        libc.free(block)
allocate_two_and_free()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    allocate_two_and_free()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(mode):
    """Count the page faults while 6 MB are allocated and freed 20 times."""
    process = subprocess.run(
        [sys.executable, "-c", _FAULTS, mode], capture_output=True, check=True, text=True
    )
    return int(process.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc")
def test_retained_memory_causes_no_page_faults():
    assert faults("retain") < 100 < faults("default")


def test_another_libc_is_not_changed(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    memory.retain_freed_memory()
