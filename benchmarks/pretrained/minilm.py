"""Texts embedded a second, ours and sentence-transformers', in windows that take turns."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import mtrec_lib as mt
from benchmarks._study.environments import python_of, script
from benchmarks._study.rows import ROOT, row
from benchmarks._windows import Windows, cores, in_turn, load, ratio
from mtrec_lib.core import write_json

HERE = Path(__file__).resolve().parent
QUIET = True
ROLES = ("ours", "peer")


def run(args: Any) -> list[dict[str, Any]]:
    """Measure; one row."""
    told = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))["minilm"]
    told |= {name: value for name in ("seconds", "windows") if (value := getattr(args, name))}
    folder = ROOT / "runs" / "pretrained" / "minilm"
    windows, about = measure(told, folder)
    cosine = cosines(*(np.load(folder / f"{role}.npy") for role in ROLES))
    return [record(told, windows, about, cosine)]


def measure(told: dict[str, Any], folder: Path) -> tuple[Windows, dict[str, dict[str, Any]]]:
    """Both processes in turn: role → windows, and what each said of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    python = python_of(told["environment"], HERE / "requirements")
    texts = mt.features.item_texts(mt.data.load(**told["data"]), told["template"])
    told |= {"texts": texts, "model": str(mt.data.fetch("minilm"))}
    settings = str(write_json(folder / "settings.json", told))
    commands = {
        "ours": [sys.executable, "-m", "benchmarks.pretrained.ours_minilm"],
        "peer": [str(python), script("benchmarks.pretrained.peers.sentence_minilm")],
    }
    for role, command in commands.items():
        command += [settings, str(folder / f"{role}.npy")]
    return in_turn(commands, folder, told["windows"], told["seconds"])


def cosines(ours: np.ndarray, peer: np.ndarray) -> np.ndarray:
    """``(n,)`` cosines of the rows of two tables."""
    a, b = ours.astype(np.float64), peer.astype(np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def record(
    told: dict[str, Any],
    windows: Windows,
    about: dict[str, dict[str, Any]],
    cosine: np.ndarray,
) -> dict[str, Any]:
    """The row: medians, and the least and greatest ratio of a round."""
    ours, peer, extent = ratio(windows, "ours", "peer", "texts")
    what = (
        f"texts a second embedded by all-MiniLM-L6-v2 in float32, tokenizer included, ours over "
        f"sentence-transformers': all {len(told['texts']):,} item texts of "
        f"{told['data']['name']}, in batches of {told['batch_size']} and {told['peer_batch_size']}"
    )
    id, n = "pretrained/minilm/speed", len(windows["ours"])
    made = row(id, what, ours, peer, "texts a second", extent, n)
    return made | {
        "least_cosine": round(float(cosine.min()), 7),
        "gflops": {
            "tensorflow": round(about["ours"]["gflops"]),
            "torch": round(about["peer"]["gflops"]),
        },
        "first_load_seconds": round(about["ours"]["load_seconds"], 1),
        "compile_seconds": round(about["ours"]["compile_seconds"], 1),
        "memory_mb": [about[role]["memory_mb"] for role in ROLES],
        "cores": [round(value, 2) for value in cores(windows, *ROLES)],
        "load": load(windows),
    }
