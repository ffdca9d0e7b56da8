"""glibc keeps the memory of large tensors instead of giving it back and asking for it again.

In a training on a CPU up to half of the processor time is spent in page faults: every large tensor
is mapped anew, filled with zeros by the kernel, and unmapped a moment later. Settings before a
process starts also ask for huge pages; ``mallopt`` in a running one can set all but those.

An arena of a thread other than the first is made of pieces of 64 MB, which are given back whatever
the thresholds say: few threads share one arena.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

# Numbers of <malloc.h>. 32 MiB is the largest threshold that glibc accepts.
_TRIM, _TOP_PAD, _MMAP, _ARENAS = -1, -2, -3, -8
_MMAP_BYTES, _PAD_BYTES, _TRIM_BYTES = 32 << 20, 256 << 20, 16 << 30
# With many cores a single arena would be a queue: one for every four of them.
_ARENAS_KEPT = max(1, (os.cpu_count() or 1) // 4)
_TUNABLES = "GLIBC_TUNABLES"
_SETTINGS = {
    "MALLOC_MMAP_THRESHOLD_": ("glibc.malloc.mmap_threshold", _MMAP_BYTES),
    "MALLOC_TRIM_THRESHOLD_": ("glibc.malloc.trim_threshold", _TRIM_BYTES),
    "MALLOC_TOP_PAD_": ("glibc.malloc.top_pad", _PAD_BYTES),
    "MALLOC_ARENA_MAX": ("glibc.malloc.arena_max", _ARENAS_KEPT),
}
_HUGE = "glibc.malloc.hugetlb"


@cache
def _is_glibc() -> bool:
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def allocator_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables to add before a process starts, so that its allocator keeps its memory.

    Args:
        environment: what is set already; nothing of it is overridden.

    Returns:
        Variables to add; empty where the C library is not glibc.
    """
    if not _is_glibc():
        return {}
    tunables = environment.get(_TUNABLES, "")
    added = {
        name: str(value)
        for name, (tunable, value) in _SETTINGS.items()
        if name not in environment and tunable not in tunables
    }
    if _HUGE not in tunables:
        added[_TUNABLES] = ":".join(filter(None, [tunables, f"{_HUGE}=1"]))
    return added


@contextmanager
def memory_kept() -> Iterator[None]:
    """Set what can be set in this process, unless its environment has set any of them."""
    if not _is_set(os.environ) and _is_glibc():
        try:
            library = ctypes.CDLL(None)
            library.mallopt(_MMAP, _MMAP_BYTES)
            library.mallopt(_TRIM, 2**31 - 1)  # an int holds no more
            library.mallopt(_TOP_PAD, _PAD_BYTES)
            library.mallopt(_ARENAS, _ARENAS_KEPT)
        except (OSError, AttributeError):
            pass  # it is a matter of speed alone
    yield


def _is_set(environment: Mapping[str, str]) -> bool:
    tunables = environment.get(_TUNABLES, "")
    return any(
        name in environment or tunable in tunables for name, (tunable, _) in _SETTINGS.items()
    )
