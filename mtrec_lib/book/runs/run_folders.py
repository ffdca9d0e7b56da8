"""Folders of runs: a scratch folder beside the final one, swapped in whole when all is done."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtrec_lib.core.atomic import write_json
from mtrec_lib.core.hashes import sha256_file

DONE, FAILED, JOB = "DONE.json", "failed.json", "job.json"
CHECKPOINTS = "checkpoints"


def read_json(path: Path) -> Any:
    """The content of a JSON file, or an empty dictionary if it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def is_done(folder: Path, identity: dict[str, str]) -> bool:
    """Whether ``folder`` holds a whole run of exactly this identity."""
    done = read_json(folder / DONE)
    if (folder / FAILED).exists() or done.get("identity") != identity:
        return False
    files = done["files"].items()
    return all((folder / n).is_file() and sha256_file(folder / n) == sha for n, sha in files)


def prepare(folder: Path, identity: dict[str, str]) -> tuple[Path, bool]:
    """An empty scratch folder for a run, and whether an interrupted run had left one.

    Checkpoints of an interrupted run of the same identity are kept.
    """
    # Resolved, because the kernel works in another current folder.
    scratch, old = _scratch(folder.resolve()), _old(folder)
    if old.exists() and not folder.exists():
        old.replace(folder)
    stale = scratch.exists()
    if stale:
        same = read_json(scratch / JOB) == identity
        for path in scratch.iterdir():
            if not (same and path.name == CHECKPOINTS):
                _remove(path)
    scratch.mkdir(parents=True, exist_ok=True)
    write_json(scratch / JOB, identity)
    return scratch, stale


def place(scratch: Path, folder: Path, identity: dict[str, str]) -> None:
    """Seal ``scratch`` with ``DONE.json`` and put it where ``folder`` was."""
    (scratch / JOB).unlink()
    shutil.rmtree(scratch / CHECKPOINTS, ignore_errors=True)
    files = sorted(path for path in scratch.rglob("*") if path.is_file())
    hashes = {path.relative_to(scratch).as_posix(): sha256_file(path) for path in files}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(scratch / DONE, {"identity": identity, "files": hashes, "finished": now})
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    scratch.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def keep_failed(scratch: Path, folder: Path, notebook: str, reason: dict[str, Any]) -> Path:
    """Keep what a failed run has written as ``NAME.failed.ipynb``; an older whole run stays."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{notebook}.failed.ipynb"
    if (scratch / f"{notebook}.ipynb").is_file():
        (scratch / f"{notebook}.ipynb").replace(kept)
    write_json(folder / FAILED, reason)
    if not (scratch / CHECKPOINTS).exists():
        shutil.rmtree(scratch, ignore_errors=True)
    return kept


def _scratch(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.partial")


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
