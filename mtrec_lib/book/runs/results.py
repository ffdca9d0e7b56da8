"""What the runs in a folder say, read back from their files."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtrec_lib.book.runs.run_folders import DONE, FAILED, read_json


@dataclass(frozen=True)
class Result:
    """One folder of runs: a whole run, a failed one, or both (an old one and a newer failure)."""

    folder: Path

    @property
    def name(self) -> str:
        """Name of the folder: the chapter, and after an ``@`` the run if parameters changed."""
        return self.folder.name

    @property
    def state(self) -> str:
        """``done``, ``skipped`` or ``failed``: what became of the newest run."""
        return read_json(self.folder / FAILED).get("state", "failed") if self.failure else "done"

    @property
    def failure(self) -> str:
        """Why the newest run failed or was skipped; empty if it came to its end."""
        return read_json(self.folder / FAILED).get("reason", "")

    @property
    def whole(self) -> bool:
        """Whether the folder holds a run that came to its end."""
        return (self.folder / DONE).is_file()

    @property
    def config(self) -> dict[str, Any]:
        """Chapter, profile, parameters, minutes, package versions."""
        return read_json(self.folder / "config.json")

    @property
    def minutes(self) -> float:
        """How long it took."""
        return self.config.get("minutes", read_json(self.folder / FAILED).get("minutes", 0.0))

    @property
    def metrics(self) -> dict[str, float | None]:
        """Every number it recorded, by dotted name."""
        return read_json(self.folder / "metrics.json")

    @property
    def claims(self) -> list[dict[str, Any]]:
        """Its sentences, each with ``truth`` True, False or None (not tested)."""
        return read_json(self.folder / "claims.json") or []

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        stem = self.name.partition("@")[0]
        whole = self.folder / f"{stem}.ipynb"
        return whole if whole.is_file() else self.folder / f"{stem}.failed.ipynb"


def collect(folders: Iterable[Path]) -> list[Result]:
    """The runs in ``folders``, or in their direct subfolders, in the order of the book."""
    found = {}
    for folder in folders:
        for each in [folder, *(sorted(folder.iterdir()) if folder.is_dir() else [])]:
            if not each.name.startswith(".") and (
                (each / DONE).exists() or (each / FAILED).exists()
            ):
                found[each] = Result(each)
    return [found[path] for path in sorted(found)]
