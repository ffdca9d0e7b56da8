"""Cells: one peer × setting × seed each, in a file of its own; a finished one is not run again."""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks._study.rows import ROOT, commit, machine
from mtrec_lib.core import code_hash, fingerprint, write_json

OLDER = "measured with older code (--stale measures it again)"
Made = tuple[tuple[str, ...], str | None]  # modules, and the hash under which a result was made


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A result that is to be had, and where it lies.

    Args:
        name: such as ``"rectools-sasrec-50"``.
        seed: of the training.
        settings: all that decides the result, beside data and code.
        data: identity of the data.
        modules: what is run; the code that they reach is followed.
        folder: where results lie.
    """

    name: str
    seed: int
    settings: Any
    data: str
    modules: tuple[str, ...]
    folder: Path

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.name}.{self.seed}.json"

    @property
    def identity(self) -> dict[str, str]:
        """Hashes of data, settings and code, as they are now."""
        return {
            "data": self.data,
            "settings": fingerprint(self.settings),
            "code": code_hash(self.modules),
        }

    def read(self) -> dict[str, Any] | None:
        """The file of the same data and settings; None where there is none that can be read."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            known, now = found["identity"], self.identity
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if all(known.get(name) == now[name] for name in ("data", "settings")) else None

    def state(self) -> str:
        """``finished``, ``stale`` (the code has changed since) or ``missing``."""
        found = self.read()
        if found is None:
            return "missing"
        return "finished" if found["identity"].get("code") == self.identity["code"] else "stale"

    def is_wanted(self, force: bool = False, stale: bool = False) -> bool:
        """Whether it is to be run: it is missing, or is to be run again."""
        state = self.state()
        return force or state == "missing" or (stale and state == "stale")

    def begin(self) -> dict[str, Any]:
        """What a result says of its making, taken before it: code may change meanwhile."""
        return {
            "cell": self.name,
            "seed": self.seed,
            "settings": self.settings,
            "identity": self.identity,
            "modules": list(self.modules),
            "commit": commit(),
            "machine": machine(),
            "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "load": round(psutil.getloadavg()[0], 2),
        }

    def keep(self, begun: dict[str, Any], **result: Any) -> None:
        """Write its file, whole or not at all."""
        write_json(self.path, begun | result)


class Cells:
    """The cells of one part, made in this process.

    Args:
        module: of the part, its ``__name__``.
        folder: of the results; by default ``runs/`` and the part's own place below it.

    Attributes:
        force: make every cell anew.
        stale: make those anew that an older code made.
        used: modules and code of each result that was handed out, for the rows.
    """

    def __init__(self, module: str, folder: Path | None = None) -> None:
        self.module = module
        self.folder = folder or ROOT.joinpath("runs", *module.split(".")[1:])
        self.force = self.stale = False
        self.used: list[Made] = []

    def result(
        self,
        name: str,
        seed: int,
        settings: Any,
        make: Callable[[], Any],
        data: str = "",
        modules: tuple[str, ...] = (),
    ) -> Any:
        """What a cell's file holds; where there is none, what ``make`` says, once it is written.

        Args:
            name: in words; it becomes a part of the file's name.
            seed: of the training.
            settings: all that decides the result, beside data and code.
            make: makes it; its answer must be JSON-able.
            data: identity of the data.
            modules: what is run, where that is less than the whole part.
        """
        key = fingerprint([name, settings, data])[:8]
        label = re.sub(r"[^\w.]+", "-", name).strip("-")[:60]
        cell = Cell(
            name=f"{label}.{key}",
            seed=seed,
            settings=settings,
            data=data,
            modules=modules or (self.module,),
            folder=self.folder,
        )
        if cell.is_wanted(self.force, self.stale):
            print(f"  {name}, seed {seed}", flush=True)
            begun, started = cell.begin(), time.perf_counter()
            made = make()
            cell.keep(begun, result=made, seconds=round(time.perf_counter() - started, 1))
        elif cell.state() == "stale":
            print(f"  {name}, seed {seed}: {OLDER}", flush=True)
        found = cell.read() or {}
        self.used.append((cell.modules, found["identity"].get("code")))
        return found["result"]


def provenance(made: Sequence[Made]) -> dict[str, Any]:
    """``code`` and ``modules`` of a row that rests on these results.

    If all of them were made by the code as it is now, ``code`` is the hash of all modules; else it
    is that of a result that was not, so that the row shows as older. It is left out where the code
    of a result is not known.
    """
    modules = sorted({module for names, _ in made for module in names})
    old = [code for names, code in made if code != code_hash(names)]
    if None in old:
        return {"modules": modules}
    return {"code": old[0] if old else code_hash(modules), "modules": modules}
