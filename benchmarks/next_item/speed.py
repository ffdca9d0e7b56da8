"""Speeds of the next-item models, ours and the peer's, in windows that take turns."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._records import commit, machine
from benchmarks._windows import in_turn, load
from benchmarks.next_item import cells, code
from mtrec_lib.core import fingerprint, write_json

if TYPE_CHECKING:
    from benchmarks.next_item.study import Study

ROLES = ("peer", "padded", "packed", "step", "bound")


def measured(study: "Study") -> dict[str, Any] | None:
    """The windows that were measured, or None; ``stale`` says that the code has changed since."""
    found, now = cells.read(_path(study)), _identity(study)
    if found is None or any(found["identity"][name] != now[name] for name in ("data", "settings")):
        return None
    return found | {"stale": found["identity"]["code"] != now["code"]}


def measure(study: "Study") -> None:
    """All roles in turn; the result is kept when every process went through."""
    settings, folder = study.told["speed"], study.scratch / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    told = settings | study.told["machine"] | {"data": study.told["data"], "seed": 0}
    words = [str(study.exported()), str(write_json(folder / "settings.json", told)), str(folder)]
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    commands = {role: [*_command(study, role), *words] for role in ROLES}
    windows, about = in_turn(commands, folder, settings["windows"], settings["seconds"])
    found = {
        "settings": settings,
        "windows": windows,
        "about": about,
        "load": load(windows),
        "began": began,
        "commit": commit(),
        "machine": machine(),
        "identity": _identity(study),
    }
    write_json(_path(study), found)


def _path(study: "Study") -> Path:
    return study.results / "speed.json"


def _identity(study: "Study") -> dict[str, str]:
    here = Path(__file__).resolve().parent
    files = [here / name for name in ("ours_speed.py", "bound.py", "speed.py")]
    files += [here / "peers" / "rectools_speed.py", *code.library()]
    settings = study.told["speed"] | study.told["machine"] | {"data": study.told["data"]}
    return {"data": study.data, "settings": fingerprint(settings), "code": code.code_hash(files)}


def _command(study: "Study", role: str) -> list[str]:
    if role == "peer":
        python = study.python(study.told["speed"]["environment"])
        return [str(python), str(study.scripts / "rectools_speed.py")]
    if role == "bound":
        return [sys.executable, "-m", "benchmarks.next_item.bound"]
    return [sys.executable, "-m", "benchmarks.next_item.ours_speed", role]
