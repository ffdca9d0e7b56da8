"""The study: the cells that ``settings.toml`` names; runs what is missing, reads what is there."""

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks._study.cells import OLDER
from benchmarks._study.environments import python_of
from benchmarks._study.rows import RESULTS, ROOT
from benchmarks.next_item.cells import Training
from benchmarks.next_item.exported import export, split_of

HERE = Path(__file__).resolve().parent
KINDS = ("peers", "counts", "ours")
_NOT_SETTINGS = ("environment", "script", "seeds")
_OURS = {"counts": "benchmarks.next_item.counts", "ours": "benchmarks.next_item.ours"}


def peer_python(name: str) -> Path:
    """The Python of an environment of this study."""
    return python_of(name, HERE / "requirements")


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
    results: Path = RESULTS / "cells" / "next_item"
    scratch: Path = ROOT / "runs" / "next_item"
    scripts: Path = HERE / "peers"
    python: Callable[[str], Path] = peer_python

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

    def cells(self, kind: str) -> list[Training]:
        """The cells of one kind, ``peers``, ``counts`` or ``ours``, in the order of the file."""
        return [
            self._cell(kind, name, table, seed)
            for name, table in self.told.get(kind, {}).items()
            for seed in table.get("seeds", [0])
        ]

    def _cell(self, kind: str, name: str, table: dict[str, Any], seed: int) -> Training:
        settings = {key: value for key, value in table.items() if key not in _NOT_SETTINGS}
        if kind == "peers":
            words: tuple[str, ...] = (str(self.scripts / table["script"]),)
            modules = (peer_module(table["script"]), peer_module("_given.py"))
        else:
            settings["data"] = self.told["data"]
            words, modules = ("-m", _OURS[kind]), (_OURS[kind],)
        return Training(
            name=name,
            seed=seed,
            settings=settings,
            data=self.data,
            modules=modules,
            folder=self.results,
            environment=table.get("environment", ""),
            words=words,
            threads=self.told["machine"]["threads"],
        )

    def run(
        self, cells: list[Training], only: str = "", stale: bool = False, force: bool = False
    ) -> list[str]:
        """Run those of some cells that are missing; the names of those that broke.

        Args:
            cells: some of this study.
            only: of those whose name or seed hold this word.
            stale: also those that an older code measured.
            force: all of them.
        """
        broken = []
        for cell in cells:
            label = f"{cell.name}.{cell.seed}"
            if only not in label or not cell.is_wanted(force, stale):
                if only in label and cell.state() == "stale":
                    print(f"{label}: {OLDER}", flush=True)
                continue
            print(label, flush=True)
            started = time.perf_counter()
            if not self._run(cell):
                broken.append(label)
            print(f"  {time.perf_counter() - started:.0f} s", flush=True)
        return broken

    def _run(self, cell: Training) -> bool:
        python = self.python(cell.environment)
        return cell.run(python, self.split, self.exported(), self.scratch / cell.path.stem)

    def exported(self) -> Path:
        """The split as peers read it."""
        return export(self.split, self.scratch / "split.npz")

    def found(self, kind: str) -> dict[str, list[dict[str, Any]]]:
        """Name → results of its finished seeds; those of an older code are marked ``stale``."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for cell in self.cells(kind):
            if (result := cell.read()) is not None:
                mark = {"stale": cell.state() == "stale", "modules": cell.modules}
                groups.setdefault(cell.name, []).append(result | mark)
        return groups


def peer_module(script: str) -> str:
    """The name under which the code of a peer's script is followed."""
    return f"benchmarks.next_item.peers.{script.removesuffix('.py')}"
