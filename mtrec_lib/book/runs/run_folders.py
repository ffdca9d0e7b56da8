"""One folder of a run: a scratch folder beside it, swapped in whole when all is done."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtrec_lib.book.context import RECORD, VARIABLE
from mtrec_lib.book.runs.locks import locked
from mtrec_lib.core.atomic import write_json
from mtrec_lib.core.hashes import sha256_file

_DONE, _FAILED, _JOB, _CHECKPOINTS = "DONE.json", "failed.json", "job.json", "checkpoints"
_RUN, _PROGRESS = "run.json", "progress.txt"


def read_json(path: Path) -> Any:
    """The content of a JSON file, or an empty dictionary if it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


@dataclass(frozen=True)
class RunFolder:
    """Where one run of one chapter is made, sealed and read back.

    It holds a whole run, a failed one, or both (an old one and a newer failure). All that is
    written before the end goes to ``scratch``, a hidden folder beside it.
    """

    path: Path

    @property
    def name(self) -> str:
        """Name of the folder: the chapter, and after an ``@`` the run if parameters changed."""
        return self.path.name

    # --- made ---

    @property
    def scratch(self) -> Path:
        """Where a run is made; absolute, because the kernel works in another current folder."""
        return self.path.resolve().with_name(f".{self.name}.partial")

    @property
    def progress(self) -> Path:
        """The file in which the code of a long cell leaves a line about itself."""
        return self.scratch / _PROGRESS

    @property
    def executed(self) -> Path:
        """The notebook that is being executed."""
        return self.scratch / f"{self._chapter}.ipynb"

    @property
    def record(self) -> dict[str, Any]:
        """What the kernel has recorded: numbers, claims, checks."""
        return read_json(self.scratch / RECORD)

    @contextmanager
    def locked(self) -> Iterator[int | None]:
        """Keep every other run out; yields the pid of a dead holder, or None."""
        with locked(self.path) as dead:
            yield dead

    def prepare(self, identity: Mapping[str, str]) -> bool:
        """Make an empty scratch folder; say whether an interrupted run had left one.

        Checkpoints of an interrupted run of the same identity are kept.
        """
        if self._old.exists() and not self.path.exists():
            self._old.replace(self.path)
        stale = self.scratch.exists()
        if stale:
            same = read_json(self.scratch / _JOB) == identity
            for path in self.scratch.iterdir():
                if not (same and path.name == _CHECKPOINTS):
                    _remove(path)
        self.scratch.mkdir(parents=True, exist_ok=True)
        write_json(self.scratch / _JOB, dict(identity))
        return stale

    def announce(self, chapters: Path, profile: str, changed: Iterable[str] = ()) -> dict[str, str]:
        """Write what the kernel is to know of its run; returns the variables that lead it there."""
        content = {"profile": profile, "folder": str(self.scratch), "changed": list(changed)}
        write_json(self.scratch / _RUN, content)
        return {
            VARIABLE: str(self.scratch / _RUN),
            "MTREC_PROGRESS": str(self.progress),
            "MTREC_CHAPTERS": str(chapters.resolve()),
        }

    def place(self, identity: Mapping[str, str], config: Mapping[str, Any]) -> None:
        """Write the results, seal them with ``DONE.json`` and put them where the folder was."""
        metrics = {name: each["value"] for name, each in self.record.get("metrics", {}).items()}
        write_json(self.scratch / "metrics.json", metrics)
        write_json(self.scratch / "claims.json", self.record.get("claims", []))
        write_json(self.scratch / "config.json", dict(config))
        for name in (RECORD, _RUN, _PROGRESS, _JOB):
            (self.scratch / name).unlink(missing_ok=True)
        shutil.rmtree(self.scratch / _CHECKPOINTS, ignore_errors=True)
        files = sorted(path for path in self.scratch.rglob("*") if path.is_file())
        hashes = {path.relative_to(self.scratch).as_posix(): sha256_file(path) for path in files}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        seal = {"identity": dict(identity), "files": hashes, "finished": now}
        write_json(self.scratch / _DONE, seal)
        shutil.rmtree(self._old, ignore_errors=True)
        if self.path.exists():
            self.path.replace(self._old)
        self.scratch.replace(self.path)
        shutil.rmtree(self._old, ignore_errors=True)

    def keep_failed(self, reason: Mapping[str, Any]) -> Path:
        """Keep what a failed run has written as ``NAME.failed.ipynb``; an old whole run stays."""
        self.path.mkdir(parents=True, exist_ok=True)
        failed = self.path / f"{self._chapter}.failed.ipynb"
        if self.executed.is_file():
            self.executed.replace(failed)
        write_json(self.path / _FAILED, dict(reason))
        if not (self.scratch / _CHECKPOINTS).exists():
            self.discard()
        return failed

    def discard(self) -> None:
        """Remove the scratch folder."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    # --- read back ---

    def is_done(self, identity: Mapping[str, str]) -> bool:
        """Whether it holds a whole run of exactly this identity."""
        seal = read_json(self.path / _DONE)
        if (self.path / _FAILED).exists() or seal.get("identity") != identity:
            return False
        files = seal["files"].items()
        return all((self.path / n).is_file() and sha256_file(self.path / n) == h for n, h in files)

    @property
    def whole(self) -> bool:
        """Whether it holds a run that came to its end."""
        return (self.path / _DONE).is_file()

    @property
    def is_run(self) -> bool:
        """Whether there is anything to read back, whole or failed."""
        return not self.name.startswith(".") and (self.whole or (self.path / _FAILED).exists())

    @property
    def state(self) -> str:
        """``done``, ``skipped`` or ``failed``: what became of the newest run."""
        return self._failed.get("state", "failed") if self.failure else "done"

    @property
    def failure(self) -> str:
        """Why the newest run failed or was skipped; empty if it came to its end."""
        return self._failed.get("reason", "")

    @property
    def config(self) -> dict[str, Any]:
        """Chapter, profile, parameters, minutes, gigabytes, package versions."""
        return read_json(self.path / "config.json")

    @property
    def minutes(self) -> float:
        """How long it took."""
        return self.config.get("minutes", self._failed.get("minutes", 0.0))

    @property
    def gigabytes(self) -> float:
        """The most memory that its kernel held; 0 where it was not measured."""
        return self.config.get("gigabytes", self._failed.get("gigabytes", 0.0))

    @property
    def memory(self) -> str:
        """The gigabytes as they stand in a table; a dash where they were not measured."""
        return f"{self.gigabytes:.1f}" if self.gigabytes else "–"

    @property
    def metrics(self) -> dict[str, float | None]:
        """Every number it recorded, by dotted name."""
        return read_json(self.path / "metrics.json")

    @property
    def claims(self) -> list[dict[str, Any]]:
        """Its sentences, each with ``truth`` True, False or None (not tested)."""
        return read_json(self.path / "claims.json") or []

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        whole = self.path / f"{self._chapter}.ipynb"
        return whole if whole.is_file() else self.path / f"{self._chapter}.failed.ipynb"

    @property
    def _chapter(self) -> str:
        return self.name.partition("@")[0]

    @property
    def _failed(self) -> dict[str, Any]:
        return read_json(self.path / _FAILED)

    @property
    def _old(self) -> Path:
        return self.path.with_name(f".{self.name}.old")


def collect(folders: Iterable[Path]) -> list[RunFolder]:
    """The runs in ``folders``, or in their direct subfolders, in the order of the book."""
    paths = {
        path
        for folder in folders
        for path in [folder, *(folder.iterdir() if folder.is_dir() else [])]
    }
    return [run for path in sorted(paths) if (run := RunFolder(path)).is_run]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
