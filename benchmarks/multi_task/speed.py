"""Samples a second of training, ours and torch-rechub's, in windows that take turns."""

import statistics
import sys
import tomllib
from pathlib import Path
from typing import Any

import mtrec_lib as mt
from benchmarks._study.environments import python_of, script
from benchmarks._study.rows import ROOT, row
from benchmarks._windows import Windows, cores, in_turn, load, ratio
from benchmarks.multi_task.flat import export, table
from mtrec_lib.core import write_json

HERE = Path(__file__).resolve().parent
QUIET = True
MODELS = ("shared-bottom", "mmoe")


def run(args: Any) -> list[dict[str, Any]]:
    """Measure both models; two rows."""
    told = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))["speed"]
    told |= {name: value for name in ("seconds", "windows") if (value := getattr(args, name))}
    windows, about = measure(told, ROOT / "runs" / "multi_task")
    return [record(model, told, windows, about) for model in MODELS]


def measure(told: dict[str, Any], folder: Path) -> tuple[Windows, dict[str, dict[str, Any]]]:
    """All processes in turn: role → windows, and what each said of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    python = python_of(told["environment"], HERE / "requirements")
    split = mt.data.global_time(mt.data.load(**told["data"]))
    words = [str(export(table(split), folder / "flat.npz"))]
    words.append(str(write_json(folder / "settings.json", told)))
    commands = {}
    for model in MODELS:
        peer = [str(python), script("benchmarks.multi_task.peers.rechub_speed"), model]
        commands[f"peer {model}"] = [*peer, "memory"]
        commands[f"loader {model}"] = [*peer, "loader"]
        commands[f"ours {model}"] = [
            sys.executable,
            "-m",
            "benchmarks.multi_task.ours_speed",
            model,
        ]
    commands = {role: [*command, *words] for role, command in commands.items()}
    return in_turn(commands, folder, told["windows"], told["seconds"])


def record(
    model: str, told: dict[str, Any], windows: Windows, about: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The row of one model: medians, and the least and greatest ratio of a round."""
    one, two, other = f"ours {model}", f"peer {model}", f"loader {model}"
    gated = model == "mmoe"
    ours, peer, extent = ratio(windows, one, two, "samples")
    layers = "{experts} experts of {expert}" if gated else "a bottom of {bottom}"
    sizes = f"vectors of {{embedding}}, {layers}, towers of {{tower}}, batches of {{batch_size}}"
    what = (
        f"samples a second of training on flat rows in memory, ours over torch-rechub's {model}, "
        f"tasks {' and '.join(told['tasks'])}; the same layers, batch norms included"
        f"{', but for the biases and norms of its gates' * gated} ({sizes.format(**told)})"
    )
    id, n = f"multi-task/samples-per-second/{model}", len(windows[one])
    made = row(id, what, ours, peer, "samples a second", extent, n)
    busy = cores(windows, one, two)
    return made | {
        "own_loader": round(statistics.median(window["samples"] for window in windows[other])),
        "parameters": [about[role]["parameters"] for role in (one, two)],
        "gflops": {
            "tensorflow": round(about[one]["gflops"]),
            "torch": round(about[two]["gflops"]),
        },
        "cores": [round(value, 2) for value in busy],
        "ratio_of_cpu_seconds": round(ours / busy[0] / (peer / busy[1]), 4),
        "load": load(windows),
    }
