"""A cell: one model, one setting, one seed, in a process of its own; its result is a small file."""

import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks._records import ROOT, commit, machine
from benchmarks.next_item.code import code_hash
from benchmarks.next_item.exported import ranked
from mtrec_lib.core import fingerprint, write_json
from mtrec_lib.evaluation import metrics


@dataclass(frozen=True)
class Cell:
    """What is run, and where its result lies.

    Args:
        name: such as ``rectools-sasrec-50``.
        seed: of the training.
        environment: whose Python runs it; empty for our own.
        words: what that Python runs, followed by the split, the settings and a folder; it leaves
            ``scores.npz`` (validation, test) and ``report.json`` (curve, memory_mb) there.
        settings: all that decides the result, beside data and code.
        code: files whose code decides it.
        data: hash of the log and name of the split.
        folder: where results lie.
        threads: of a peer: they decide its seconds, not what it learns.
    """

    name: str
    seed: int
    environment: str
    words: tuple[str, ...]
    settings: dict[str, Any]
    code: tuple[Path, ...]
    data: str
    folder: Path = field(repr=False)
    threads: int = 2

    @property
    def path(self) -> Path:
        """Its result."""
        return self.folder / f"{self.name}.{self.seed}.json"

    @property
    def identity(self) -> dict[str, str]:
        """Hashes of data, settings and code."""
        return {
            "data": self.data,
            "settings": fingerprint(self.settings),
            "code": code_hash(self.code),
        }

    def state(self) -> str:
        """``finished``, ``stale`` (the code has changed since) or ``missing``."""
        found = read(self.path)
        if found is None:
            return "missing"
        same = {name for name, value in self.identity.items() if found["identity"][name] == value}
        if not {"data", "settings"} <= same:
            return "missing"
        return "finished" if "code" in same else "stale"

    def run(self, python: Path, split: Any, exported: Path, scratch: Path) -> bool:
        """Run it and keep its result; whether it succeeded. A broken cell leaves no result."""
        scratch.mkdir(parents=True, exist_ok=True)
        for old in ("scores.npz", "report.json"):
            (scratch / old).unlink(missing_ok=True)
        told = self.settings | {"seed": self.seed, "threads": self.threads}
        write_json(scratch / "settings.json", told)
        given = [exported, scratch / "settings.json", scratch]
        words = [str(python), *self.words, *map(str, given)]
        about = {
            "identity": self.identity,  # of the code as it is now, not when the cell ends
            "commit": commit(),
            "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "load": round(psutil.getloadavg()[0], 2),
        }
        # A peer may leave files where it runs; ours is a module of this checkout.
        where = scratch if self.environment else ROOT
        with (scratch / "log.txt").open("w", encoding="utf-8") as log:
            done = subprocess.run(
                words, cwd=where, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        try:
            if done.returncode:
                raise ValueError(f"exit code {done.returncode}")
            self.keep(split, scratch, about)
        except (OSError, ValueError, KeyError) as error:
            print(f"  broken: {error}; its words: {scratch / 'log.txt'}", flush=True)
            return False
        return True

    def keep(self, split: Any, scratch: Path, about: dict[str, Any]) -> None:
        """Rank what the process said, by our protocol, and write the result."""
        report = json.loads((scratch / "report.json").read_text(encoding="utf-8"))
        rankings = ranked(self.name, split, scratch / "scores.npz")
        result: dict[str, Any] = {part: ranking.metrics for part, ranking in rankings.items()}
        result["ranks"] = {
            part: " ".join(map(str, ranking.ranks)) for part, ranking in rankings.items()
        }
        own = {"cell": self.name, "seed": self.seed, "settings": self.settings}
        own |= {"threads": self.threads, "machine": machine()}
        write_json(self.path, own | about | result | report)


def read(path: Path) -> dict[str, Any] | None:
    """A cell's result, or None where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if "identity" in found else None
    except (OSError, ValueError):
        return None


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
