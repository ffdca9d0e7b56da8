"""What the spine promises in seconds: imports, loading, refusals, the simulator, the n-gram world.

The column ``peer`` holds the promise, so a ratio below one keeps it. Each figure is the median of
five runs.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import mtrec_lib as mt
from benchmarks._study.rows import row

RUNS = 5
QUIET = True
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def seconds(action: Callable[[], Any], runs: int = RUNS) -> tuple[float, list[float]]:
    """Median and range of the wall time of an action, after one run that does not count."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times), [min(times), max(times)]


def python(code: str) -> Callable[[], Any]:
    """An action that runs code in a fresh interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def mtrec(*words: str) -> Callable[[], Any]:
    """An action that calls the command line, whatever it answers."""
    command = [sys.executable, "-m", "mtrec_lib.cli", *words]
    return lambda: subprocess.run(command, check=False, **SILENT)  # type: ignore[call-overload]


def bits_above_the_truth() -> float:
    """Bits of the order-2 n-gram over the truth's, in a world of that order at 10⁶ events."""
    log = mt.data.simulate(
        users=1000, events=1_000_000, types=1, drift=0, order=2, symbols=20, feed=0, seed=0
    )
    split = mt.data.global_time(log)
    model = mt.baselines.NGram(order=2).fit(split, parts=("train", "validation"))
    return mt.evaluation.bits(model, split, "test") / mt.evaluation.bits(log.truth, split, "test")


def run(args: Any) -> list[dict[str, Any]]:
    """Measure everything; a row a promise."""
    timed: list[tuple[str, str, Callable[[], Any], float]] = [
        ("spine/python", "a bare interpreter, for comparison", python("pass"), 0.3),
        (
            "spine/import",
            "import mtrec_lib in a fresh interpreter",
            python("import mtrec_lib"),
            0.3,
        ),
        ("spine/help", "mtrec --help", mtrec("--help"), 1.0),
        ("spine/refusal", "mtrec run 04 -p epocs=3", mtrec("run", "04", "-p", "epocs=3"), 3.0),
        ("spine/ml-100k", "load ml-100k, warm", lambda: mt.data.load("ml-100k"), 1.0),
        (
            "spine/complete-journey",
            "load complete-journey, warm",
            lambda: mt.data.load("complete-journey"),
            5.0,
        ),
        (
            "spine/simulator",
            "simulate 10⁶ events of the default shop",
            lambda: mt.data.simulate(users=10_000, events=1_000_000),
            5.0,
        ),
    ]
    rows = []
    for name, what, action, promise in timed:
        middle, extent = seconds(action)
        rows.append(row(name, what, middle, promise, "seconds", extent, RUNS))
        print(f"{name}: {middle:.2f} s (promised {promise} s)", flush=True)
    gap = bits_above_the_truth()
    what = "bits an event of the order-2 n-gram over the truth's (simulated, 10⁶ events)"
    rows.append(row("spine/n-gram-bits", what, gap, 1.01, "ratio", None, 1))
    print(f"spine/n-gram-bits: {gap:.4f} (promised 1.01)")
    return rows
