"""The two commands of the README, as a stranger runs them: ``python -m benchmarks.fresh``.

HEAD is cloned into an empty folder with an empty cache and ``make run`` is called there; a second
clone runs ``make test`` on the same cache. Logs stay in ``runs/fresh/``. That only prints the
minutes; ``python -m benchmarks fresh`` records them, too.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._study.rows import ROOT, row
from mtrec_lib.core.errors import MtrecError

LOGS = ROOT / "runs" / "fresh"
# What the project promises on two cores, in minutes.
PROMISED = {"run": 15.0, "test": 25.0}
_CACHE = {"run": "an empty", "test": "a warm"}


def _clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", ROOT.as_uri(), str(folder)], check=True)
    return folder


def _make(target: str, folder: Path, cache: Path) -> tuple[int, float]:
    """The exit code and the minutes of one make target; its output goes to the log too."""
    # An environment or a make above this one must not leak in.
    hidden = {"VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    start = time.monotonic()
    with (LOGS / f"{target}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["make", target],
            cwd=folder,
            env={**kept, "MTREC_HOME": str(cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        for line in process.stdout or ():
            print(line, end="", flush=True)
            log.write(line)
    return process.wait(), (time.monotonic() - start) / 60


def measure() -> dict[str, tuple[int, float]]:
    """Run both commands, each in its own clone; exit code and minutes by target."""
    LOGS.mkdir(parents=True, exist_ok=True)
    results = {}
    with tempfile.TemporaryDirectory(prefix="mtrec-fresh-", ignore_cleanup_errors=True) as folder:
        for target in PROMISED:
            clone = _clone(Path(folder) / target)
            results[target] = _make(target, clone, Path(folder) / "cache")
    return results


def _row(target: str, minutes: float) -> dict[str, Any]:
    what = (
        f"make {target} on a fresh clone with {_CACHE[target]} data cache, the environment "
        "included; peer is the promise"
    )
    return row(f"fresh/{target}", what, minutes, PROMISED[target], "minutes", None, 1)


def run(args: Any) -> list[dict[str, Any]]:
    """Measure; two rows.

    Raises:
        MtrecError: a target failed; nothing is recorded.
    """
    results = measure()
    if not said(results):
        raise MtrecError("a command of the README failed on a fresh clone; see runs/fresh")
    return [_row(target, minutes) for target, (_, minutes) in results.items()]


def said(results: dict[str, tuple[int, float]]) -> bool:
    """Print what became of each target; whether all went through."""
    for target, (code, minutes) in results.items():
        verdict = "ok" if code == 0 else f"FAILED with code {code}, see runs/fresh/{target}.log"
        print(f"make {target}: {minutes:.1f} min (promised {PROMISED[target]:.0f}), {verdict}")
    return not any(code for code, _ in results.values())


if __name__ == "__main__":
    sys.exit(not said(measure()))
