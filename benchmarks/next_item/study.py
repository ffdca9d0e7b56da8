"""The study: the cells that ``settings.toml`` names; runs what is missing, reads what is there."""

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks._records import ROOT
from benchmarks.next_item import code
from benchmarks.next_item.cells import Cell, read
from benchmarks.next_item.environments import python_of
from benchmarks.next_item.exported import export, split_of

HERE = Path(__file__).resolve().parent
KINDS = ("peers", "counts", "ours")
_NOT_SETTINGS = ("environment", "script", "seeds")
_SHARED = {
    "counts": ("counts.py", "exported.py", "peers/_given.py"),
    "ours": ("ours.py", "exported.py", "peers/_given.py"),
}


@dataclass
class Study:
    """Cells, their results and the split that they answer.

    Args:
        settings: the file that names them.
        results: folder of the finished cells.
        scratch: folder of what runs.
        scripts: folder of the peers' scripts.
        python: the Python of an environment.
    """

    settings: Path = HERE / "settings.toml"
    results: Path = ROOT / "benchmarks" / "results" / "cells" / "next_item"
    scratch: Path = ROOT / "runs" / "next_item"
    scripts: Path = HERE / "peers"
    python: Callable[[str], Path] = python_of

    @cached_property
    def told(self) -> dict[str, Any]:
        """The settings file."""
        return tomllib.loads(self.settings.read_text(encoding="utf-8"))

    @cached_property
    def split(self) -> Any:
        """The split that every cell answers."""
        return split_of(self.told["data"])

    @cached_property
    def data(self) -> str:
        """Identity of the split: the hash of the log and the protocol."""
        return f"{self.split.log.hash} {self.split.protocol}"

    def cells(self, kind: str) -> list[Cell]:
        """The cells of one kind, ``peers``, ``counts`` or ``ours``, in the order of the file."""
        return [
            self._cell(kind, name, table, seed)
            for name, table in self.told.get(kind, {}).items()
            for seed in table.get("seeds", [0])
        ]

    def _cell(self, kind: str, name: str, table: dict[str, Any], seed: int) -> Cell:
        settings = {key: value for key, value in table.items() if key not in _NOT_SETTINGS}
        if kind == "peers":
            script = self.scripts / table["script"]
            words: tuple[str, ...] = (str(script),)
            files: tuple[Path, ...] = (script, HERE / "peers" / "_given.py")
        else:
            settings["data"] = self.told["data"]
            words = ("-m", f"benchmarks.next_item.{kind}")
            packages = ("models/baselines",) if kind == "counts" else ()
            files = (*(HERE / shared for shared in _SHARED[kind]), *code.library(*packages))
        environment = table.get("environment", "")
        at = (self.data, self.results, self.told["machine"]["threads"])
        return Cell(name, seed, environment, words, settings, files, *at)

    def run(self, only: str = "", stale: bool = False) -> list[str]:
        """Run what is missing; the names of the cells that broke.

        Args:
            only: of the cells whose kind, name or seed hold this word.
            stale: also those that an older code measured.
        """
        wanted = ("missing", "stale") if stale else ("missing",)
        broken = []
        for kind in KINDS:
            for cell in self.cells(kind):
                label = f"{kind}/{cell.name}.{cell.seed}"
                if only not in label or (state := cell.state()) not in wanted:
                    continue
                print(f"{label} ({state})", flush=True)
                started = time.perf_counter()
                if not self._run(cell):
                    broken.append(label)
                print(f"  {time.perf_counter() - started:.0f} s", flush=True)
        return broken

    def _run(self, cell: Cell) -> bool:
        python = self.python(cell.environment)
        return cell.run(python, self.split, self.exported(), self.scratch / cell.path.stem)

    def exported(self) -> Path:
        """The split as peers read it."""
        return export(self.split, self.scratch / "split.npz")

    def found(self, kind: str) -> dict[str, list[dict[str, Any]]]:
        """Name → results of its finished seeds; those of an older code are marked ``stale``."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for cell in self.cells(kind):
            state, result = cell.state(), read(cell.path)
            if result is not None and state != "missing":
                mark = {"stale": state == "stale"}
                groups.setdefault(cell.name, []).append(result | mark)
        return groups
