"""What this machine has: cores, free memory, and how fast it is just now."""

import os
import time
from functools import cache
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]

# A chapter's kernel stays below 3 GB; the rest is for the runner and the system.
GIGABYTES_A_KERNEL = 3.5
# Seconds that `_workload` takes where the limits of silence were set: two cores of 2021, idle.
_REFERENCE_SECONDS = 0.25
_LIMITS = Path("/sys/fs/cgroup")


def cores() -> int:
    """The cores that this process may use: those of the machine, its affinity, its container."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _limit("cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit():
        return max(1, min(allowed or 1, int(quota) // int(period)))
    return allowed or 1


def free_gigabytes() -> float:
    """The memory that can be taken without swapping, in GB."""
    free = psutil.virtual_memory().available
    limit, used = _limit("memory.max"), _limit("memory.current")
    if limit.isdigit() and used.isdigit():
        free = min(free, int(limit) - int(used))
    return free / 2**30


def _limit(name: str) -> str:
    """What a container may take, as Linux says it; empty elsewhere."""
    try:
        return (_LIMITS / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def side_by_side(runs: int, jobs: int | None = None) -> int:
    """How many kernels run at a time.

    Args:
        runs: how many there are to run.
        jobs: as asked for; by default as many as there are cores and memory for.

    >>> side_by_side(runs=1, jobs=4)
    1
    """
    wanted = jobs or min(cores(), int(free_gigabytes() / GIGABYTES_A_KERNEL))
    return max(1, min(wanted, runs))


def threads_of(jobs: int) -> dict[str, str]:
    """The variables by which each of ``jobs`` kernels takes its share of the cores.

    A single kernel keeps all of them and gets no variable; one that is set already stays.
    """
    if jobs <= 1:
        return {}
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    share = str(max(1, cores() // jobs))
    return {name: share for name in names if name not in os.environ}


@cache
def slowness() -> float:
    """How many times longer than on the reference machine work takes here; at least 1."""
    return slowness_now()


def slowness_now() -> float:
    """As :func:`slowness`, measured again: a machine may have become busy."""
    began = time.monotonic()
    _workload()
    return max(1.0, (time.monotonic() - began) / _REFERENCE_SECONDS)


def _workload() -> None:
    """A fixed piece of work, part Python and part NumPy, long enough to feel a busy machine."""
    total = 0
    for number in range(1_500_000):
        total += number % 7
    values = np.random.default_rng(0).random(400_000)
    for _ in range(4):
        np.sort(values)
