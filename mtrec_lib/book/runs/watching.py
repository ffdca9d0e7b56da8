"""Watches a kernel while it runs: how much memory it holds, and whether it still says something.

A slow or busy machine makes a chapter late and not failed. What ends a run is silence: no cell
ended and no epoch was reported for a time that grows with how slow this machine is.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from mtrec_lib.book.runs.kernels import end
from mtrec_lib.book.runs.machine import slowness, slowness_now

_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Limits:
    """What ends a run before its end.

    Args:
        silence: seconds without a sign of life, on a machine of the reference's speed.
        budget: seconds for the whole, if somebody asked for it.
    """

    silence: float = 900.0
    budget: float | None = None


@dataclass
class Progress:
    """How far an execution has come: the cell that runs now, counted from 1.

    ``file`` is where the code of a long cell may leave a line about itself.
    """

    total: int = 0
    cell: int = 0
    source: str = ""
    began: float = field(default_factory=time.monotonic)
    file: Path | None = None
    pid: int = 0
    gigabytes: float = 0.0
    stopped: str = ""

    @property
    def minutes(self) -> float:
        """Time since the beginning."""
        return (time.monotonic() - self.began) / 60

    @property
    def line(self) -> str:
        """The last line that the code of the cell left."""
        with suppress(OSError):
            if self.file is not None:
                text = self.file.read_text(encoding="utf-8", errors="replace")
                return text.splitlines()[-1] if text.strip() else ""
        return ""

    def sign(self) -> tuple[int, int]:
        """What changes whenever a cell begins or an epoch is reported."""
        with suppress(OSError):
            if self.file is not None:
                return self.cell, self.file.stat().st_mtime_ns
        return self.cell, 0


@contextmanager
def watched(progress: Progress, limits: Limits) -> Iterator[None]:
    """Measure the kernel's memory and end it when it has been silent for too long.

    ``progress`` receives the pid from whoever starts the kernel; why it was ended stands in
    ``progress.stopped``.
    """
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(progress, limits, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(progress: Progress, limits: Limits, over: threading.Event) -> None:
    allowed = limits.silence * slowness()
    sign, since = progress.sign(), time.monotonic()
    while not over.wait(_EVERY):
        if not progress.pid or progress.stopped:
            continue
        progress.gigabytes = max(progress.gigabytes, memory(progress.pid))
        now = time.monotonic()
        if sign != (sign := progress.sign()):
            since = now
        if limits.budget is not None and now - progress.began > limits.budget:
            took = now - progress.began
            _stop(progress, f"over its time budget after {took:.0f} s; see --budget")
        elif now - since > allowed:
            # The machine may have become busy since: then it is late and not silent.
            allowed = max(allowed, limits.silence * slowness_now())
            if now - since > allowed:
                _stop(progress, f"silent for {now - since:.0f} s: no cell ended, no epoch reported")


def _stop(progress: Progress, reason: str) -> None:
    progress.stopped = reason
    end(progress.pid)


def memory(pid: int) -> float:
    """The most memory that a process has held, or what it and its children hold now, in GB."""
    held = _peak(pid)
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        held = max(held, sum(_resident(each) for each in family))
    return held / 2**30


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:  # it has just ended
        return 0


def _peak(pid: int) -> int:
    """What Linux remembers, a short peak between two looks included; 0 elsewhere."""
    with suppress(OSError, ValueError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
