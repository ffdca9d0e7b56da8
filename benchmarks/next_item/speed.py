"""Speeds of the next-item models, ours and the peer's, in windows that take turns."""

import sys
from typing import Any

from benchmarks._study.cells import OLDER, Cell
from benchmarks._study.environments import script
from benchmarks._windows import in_turn, load
from benchmarks.next_item import records
from benchmarks.next_item.study import Study, peer_module
from mtrec_lib.core import write_json

QUIET = True
PEER = "benchmarks.next_item.peers.rectools_speed"
ROLES = ("peer", "padded", "packed", "step", "bound")


def run(args: Any, study: Study | None = None) -> list[dict[str, Any]]:
    """Measure what is not measured yet; three rows."""
    study = study or Study()
    windows = cell(study)
    if not args.page and windows.is_wanted(args.force, args.stale):
        measure(study, windows)
    elif windows.state() == "stale":
        print(f"  {OLDER}")
    return records.speeds(measured(study))


def cell(study: Study) -> Cell:
    """Where the windows lie, and what decides them."""
    settings = study.told["speed"] | study.told["machine"] | {"data": study.told["data"]}
    return Cell(
        name="speed",
        seed=0,
        settings=settings,
        data=study.data,
        modules=(__name__, peer_module("_given.py")),
        folder=study.results,
    )


def measured(study: Study) -> dict[str, Any] | None:
    """The windows that were measured, or None; ``stale`` says that the code has changed since."""
    windows = cell(study)
    found = windows.read()
    mark = {"stale": windows.state() == "stale", "modules": windows.modules}
    return None if found is None else found | mark


def measure(study: Study, windows: Cell) -> None:
    """All roles in turn; the result is kept when every process went through."""
    settings, folder = study.told["speed"], study.scratch / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    given = settings | study.told["machine"] | {"data": study.told["data"], "seed": 0}
    words = [str(study.exported()), str(write_json(folder / "settings.json", given)), str(folder)]
    begun = windows.begin()
    commands = {role: [*_command(study, role), *words] for role in ROLES}
    counted, about = in_turn(commands, folder, settings["windows"], settings["seconds"])
    windows.keep(begun, settings=settings, windows=counted, about=about, load=load(counted))


def _command(study: Study, role: str) -> list[str]:
    if role == "peer":
        python = study.python(study.told["speed"]["environment"])
        return [str(python), script(PEER)]
    if role == "bound":
        return [sys.executable, "-m", "benchmarks.next_item.bound"]
    return [sys.executable, "-m", "benchmarks.next_item.ours_speed", role]
