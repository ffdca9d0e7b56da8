"""Titles a second scored after one history: the history read once, or with every title anew."""

import statistics
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import mtrec_lib as mt
from benchmarks._study.rows import ROOT, row
from benchmarks._windows import Windows, in_turn, load, ratio
from mtrec_lib.core import write_json

HERE = Path(__file__).resolve().parent
QUIET = True
ROLES = ("cached", "plain")


def run(args: Any) -> list[dict[str, Any]]:
    """Measure; one row."""
    told = tomllib.loads((HERE / "settings.toml").read_text(encoding="utf-8"))["score_titles"]
    told |= {name: value for name in ("seconds", "windows") if (value := getattr(args, name))}
    folder = ROOT / "runs" / "pretrained" / "score_titles"
    windows, about = measure(told, folder)
    return [record(told, windows, about, *(np.load(folder / f"{role}.npy") for role in ROLES))]


def given(told: dict[str, Any]) -> dict[str, Any]:
    """The past of one person as text, and the titles of all films."""
    log = mt.data.load(**told["data"])
    person = mt.data.leave_last_out(log).queries("test").histories[:1]
    limits = {name: told[name] for name in ("max_events", "max_characters")}
    text = mt.features.history_text(person, log, template="{title}", **limits)
    titles = [f" {title}" for title in log.catalogue.titles]
    return {"prefix": told["before"] + text + told["behind"], "titles": titles}


def measure(told: dict[str, Any], folder: Path) -> tuple[Windows, dict[str, dict[str, Any]]]:
    """Both processes in turn: role → windows, and what each said of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = str(write_json(folder / "settings.json", told | given(told)))
    command = [sys.executable, "-m", "benchmarks.pretrained.ours_titles"]
    commands = {role: [*command, role, settings, str(folder / f"{role}.npy")] for role in ROLES}
    return in_turn(commands, folder, told["windows"], told["seconds"])


def record(
    told: dict[str, Any],
    windows: Windows,
    about: dict[str, dict[str, Any]],
    cached: np.ndarray,
    plain: np.ndarray,
) -> dict[str, Any]:
    """The row: medians, and the least and greatest ratio of a round."""
    ours, peer, extent = ratio(windows, "cached", "plain", "titles")
    said = about["cached"]
    what = (
        f"titles a second scored by SmolLM2-135M after a history of {said['prefix']} tokens, which "
        f"is read once, over the same in batches that hold it in every row: all {len(cached):,} "
        f"titles, of which the slow way scores every {told['plain_every']}th by length"
    )
    n = len(windows["cached"])
    made = row("pretrained/smollm2/score-titles", what, ours, peer, "titles a second", extent, n)
    both = np.isfinite(plain)
    return made | {
        "greatest_difference": round(float(abs(cached[both] - plain[both]).max()), 6),
        "seconds_a_history": round(len(cached) / statistics.median(_rates(windows)), 1),
        "gflops": {"tensorflow": round(said["gflops"])},
        "memory_mb": [about[role]["memory_mb"] for role in ROLES],
        "load": load(windows),
    }


def _rates(windows: Windows) -> list[float]:
    return [window["titles"] for window in windows["cached"]]
