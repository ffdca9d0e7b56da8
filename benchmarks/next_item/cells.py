"""A cell of this study: one model in a process of its own, ranked by our protocol."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._study.cells import Cell
from benchmarks._study.rows import ROOT
from benchmarks.next_item.exported import ranked
from mtrec_lib.core import write_json
from mtrec_lib.evaluation import metrics


@dataclass(frozen=True, kw_only=True)
class Training(Cell):
    """A training that a process runs.

    Args:
        environment: whose Python runs it; empty for our own.
        words: what that Python runs, followed by the split, the settings and a folder; it leaves
            ``scores.npz`` (validation, test) and ``report.json`` (curve, memory_mb) there.
        threads: of a peer: they decide its seconds, not what it learns.
    """

    environment: str
    words: tuple[str, ...]
    threads: int = 2

    def run(self, python: Path, split: Any, exported: Path, scratch: Path) -> bool:
        """Run it and keep its result; whether it succeeded. A broken cell leaves no result."""
        scratch.mkdir(parents=True, exist_ok=True)
        for old in ("scores.npz", "report.json"):
            (scratch / old).unlink(missing_ok=True)
        settings = self.settings | {"seed": self.seed, "threads": self.threads}
        write_json(scratch / "settings.json", settings)
        given = [exported, scratch / "settings.json", scratch]
        words = [str(python), *self.words, *map(str, given)]
        begun = self.begin()
        # A peer may leave files where it runs; ours is a module of this checkout.
        where = scratch if self.environment else ROOT
        with (scratch / "log.txt").open("w", encoding="utf-8") as log:
            done = subprocess.run(
                words, cwd=where, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        try:
            if done.returncode:
                raise ValueError(f"exit code {done.returncode}")
            self.keep(begun, threads=self.threads, **result(self.name, split, scratch))
        except (OSError, ValueError, KeyError) as error:
            print(f"  broken: {error}; its words: {scratch / 'log.txt'}", flush=True)
            return False
        return True


def result(name: str, split: Any, scratch: Path) -> dict[str, Any]:
    """What a process left in its folder, ranked."""
    report = json.loads((scratch / "report.json").read_text(encoding="utf-8"))
    rankings = ranked(name, split, scratch / "scores.npz")
    ranks = {part: " ".join(map(str, ranking.ranks)) for part, ranking in rankings.items()}
    metrics_of = {part: ranking.metrics for part, ranking in rankings.items()}
    return metrics_of | {"ranks": ranks} | report


class Answers:
    """The ranks that a cell gave, in the form that ``mt.evaluation.compare`` reads."""

    def __init__(self, found: dict[str, Any], part: str, k: int = 10) -> None:
        ranks = np.array(found["ranks"][part].split(), np.int64)
        self.model, self.about = found["cell"], f"{found['identity']['data']} {part}"
        self.users, self.counts = np.arange(len(ranks)), np.ones(len(ranks), np.int64)
        measures = {"ndcg": metrics.ndcg, "hr": metrics.hit_rate, "mrr": metrics.mrr}
        self.per_user = {f"{name}@{k}": value(ranks, k) for name, value in measures.items()}

    def weights(self, metric: str) -> np.ndarray:
        """Everybody weighs the same."""
        return np.ones(len(self.users))
