"""Tokens a second through SmolLM2, ours and transformers', in windows that take turns."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._study.environments import python_of, script
from benchmarks._study.rows import ROOT, row
from benchmarks._windows import Windows, cores, in_turn, load, ratio
from benchmarks.pretrained.decoders import NAME
from mtrec_lib.core import write_json
from mtrec_lib.pretrained.files.folders import locate

HERE = Path(__file__).resolve().parent
QUIET = True
ROLES = ("ours", "peer")
Said = dict[str, np.ndarray]


def run(args: Any) -> list[dict[str, Any]]:
    """Measure; one row."""
    told = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))["smollm2"]
    told |= {name: value for name in ("seconds", "windows") if (value := getattr(args, name))}
    folder = ROOT / "runs" / "pretrained" / "smollm2"
    windows, about = measure(told, folder)
    ours, peer = (dict(np.load(folder / f"{role}.npz")) for role in ROLES)
    return [record(told, windows, about, ours, peer)]


def measure(told: dict[str, Any], folder: Path) -> tuple[Windows, dict[str, dict[str, Any]]]:
    """Both processes in turn: role → windows, and what each said of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    python = python_of(told["environment"], HERE / "requirements")
    settings = str(write_json(folder / "settings.json", told | {"model": locate(NAME).preset}))
    commands = {
        "ours": [sys.executable, "-m", "benchmarks.pretrained.ours_smollm2"],
        "peer": [str(python), script("benchmarks.pretrained.peers.transformers_smollm2")],
    }
    for role, command in commands.items():
        command += [settings, str(folder / f"{role}.npz")]
    return in_turn(commands, folder, told["windows"], told["seconds"])


def agreement(ours: Said, peer: Said) -> dict[str, Any]:
    """How far the logits of the texts differ at most, and whether tokens are the same."""
    logits = [name for name in peer if name.startswith("logits")]
    others = [name for name in peer if name not in logits]
    return {
        "greatest_difference": round(float(max(abs(ours[n] - peer[n]).max() for n in logits)), 5),
        "same_tokens": all(np.array_equal(ours[name], peer[name]) for name in others),
    }


def record(
    told: dict[str, Any], windows: Windows, about: dict[str, dict[str, Any]], ours: Said, peer: Said
) -> dict[str, Any]:
    """The row: medians, and the least and greatest ratio of a round."""
    one, other, extent = ratio(windows, "ours", "peer", "tokens")
    what = (
        "tokens a second forward through SmolLM2-135M in float32, logits at every position of "
        "{batch} × {length} tokens, ours over transformers'".format(**told)
    )
    n = len(windows["ours"])
    made = row("pretrained/smollm2/speed", what, one, other, "tokens a second", extent, n)
    return (
        made
        | agreement(ours, peer)
        | {
            "gflops": {
                "tensorflow": round(about["ours"]["gflops"]),
                "torch": round(about["peer"]["gflops"]),
            },
            "load_seconds": round(about["ours"]["load_seconds"], 1),
            "compile_seconds": round(about["ours"]["compile_seconds"], 1),
            "memory_mb": [about[role]["memory_mb"] for role in ROLES],
            "cores": [round(value, 2) for value in cores(windows, *ROLES)],
            "load": load(windows),
        }
    )
