"""What the whole book takes: minutes, the system's share of processor time, memory.

Every chapter runs twice in a scratch folder, on a quiet machine: side by side, as ``mtrec run``
does it, and one after the other, two threads to a kernel and the allocator as glibc sets it. The
ratio of minutes is of these two; the other rows stand over their bars.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._study.rows import ROOT, row
from mtrec_lib.core.errors import MtrecError

QUIET = True
BARS = {"system-time": 0.08, "memory": 3.0}  # a share, gigabytes
# The runner sets no tunable that is named already. glibc passes over names that it does not know,
# so with these it keeps its own defaults, which move with what a process frees.
PLAIN = "glibc.malloc.hugetlb=0:" + ":".join(
    f"none.glibc.malloc.{name}=0" for name in ("mmap_threshold", "trim_threshold", "top_pad")
)


@dataclass(frozen=True)
class Cost:
    """What a run of all chapters took.

    Args:
        minutes: of the clock.
        user, system: seconds of all processes.
        gigabytes: the most that one chapter held, and which.
    """

    minutes: float
    user: float
    system: float
    gigabytes: tuple[float, str]
    chapters: int

    @property
    def share(self) -> float:
        """The system's share of the processor time."""
        return self.system / (self.user + self.system)


def run(args: Any) -> list[dict[str, Any]]:
    """Run the book twice; three rows."""
    ours = measured(os.cpu_count() or 1, {})
    peer = measured(1, {"GLIBC_TUNABLES": PLAIN})
    return rows(ours, peer)


def measured(jobs: int, environment: dict[str, str]) -> Cost:
    """Run every chapter anew.

    Raises:
        MtrecError: a chapter failed.
    """
    with tempfile.TemporaryDirectory(prefix="mtrec-book-") as folder:
        words = [sys.executable, "-m", "mtrec_lib.cli", "run", "--force", "--out", folder]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [*words, "--jobs", str(jobs)], cwd=ROOT, env=os.environ | environment, check=False
        )
        took, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise MtrecError("a chapter failed; the book is not measured")
        configs = list((Path(folder) / "default").glob("*/config.json"))
        chapters = [json.loads(path.read_text(encoding="utf-8")) for path in configs]
    return Cost(
        minutes=took / 60,
        user=after.ru_utime - before.ru_utime,
        system=after.ru_stime - before.ru_stime,
        gigabytes=max((each["gigabytes"], each["chapter"]) for each in chapters),
        chapters=len(chapters),
    )


def rows(ours: Cost, peer: Cost) -> list[dict[str, Any]]:
    """Minutes over those of the plain way; the share and the memory over their bars."""
    what = f"all {ours.chapters} chapters, mtrec run --force"
    minutes = row(
        "book/minutes",
        f"minutes of {what}: side by side with an allocator that keeps its memory, over one after "
        "the other with glibc's own settings",
        ours.minutes,
        peer.minutes,
        "minutes",
        None,
        1,
    )
    share = row(
        "book/system-time",
        f"the system's share of the processor time of {what}, over the bar",
        ours.share,
        BARS["system-time"],
        "share of processor time",
        None,
        1,
    )
    gigabytes, chapter = ours.gigabytes
    memory = row(
        "book/memory",
        f"the most memory that a chapter holds ({chapter}), over the bar",
        gigabytes,
        BARS["memory"],
        "GB",
        None,
        ours.chapters,
    )
    processor = [round((cost.user + cost.system) / 60, 1) for cost in (ours, peer)]
    return [
        minutes | {"processor_minutes": processor},
        share | {"share_before": round(peer.share, 3)},
        memory,
    ]
