"""Speeds in turn: every process works for a window while the others wait, again and again."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks._records import commit, machine
from benchmarks.next_item import cells, code
from mtrec_lib.core import fingerprint, write_json

if TYPE_CHECKING:
    from benchmarks.next_item.study import Study

ROLES = ("peer", "padded", "packed", "step", "bound")


class Worker:
    """A process behind a gate (``peers/_gate.py``)."""

    def __init__(self, role: str, command: list[str], log: Path) -> None:
        self.role, self.log = role, log
        self._stream = log.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stream,
            text=True,
            encoding="utf-8",
        )
        try:
            self.about = self._hear()
        except ValueError:
            self.close()
            raise

    def window(self, seconds: float) -> dict[str, float]:
        """Let it work; what it counted, a second."""
        self._say(f"go {seconds}")
        done = self._hear()
        took = done["seconds"]
        clocks = {"seconds", "cpu_seconds"}
        rates = {name: count / took for name, count in done.items() if name not in clocks}
        load = psutil.getloadavg()[0]
        return rates | {"seconds": took, "cores": done["cpu_seconds"] / took, "load": load}

    def _say(self, words: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(words + "\n")
            self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        for line in self._process.stdout or ():
            if line.startswith("GATE "):
                return json.loads(line.removeprefix("GATE "))
        raise ValueError(f"{self.role} ended with code {self._process.wait()}; see {self.log}")

    def close(self) -> None:
        """End the process, kindly if it can hear."""
        if self._process.poll() is None:
            try:
                self._say("stop")
                self._process.wait(timeout=60)
            except (OSError, subprocess.TimeoutExpired):
                self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._stream):
            if stream is not None:
                stream.close()


def in_turn(
    workers: list[Worker], windows: int, seconds: float
) -> dict[str, list[dict[str, float]]]:
    """Role → its windows; each round lets everybody work once."""
    found: dict[str, list[dict[str, float]]] = {worker.role: [] for worker in workers}
    for number in range(windows):
        for worker in workers:
            found[worker.role].append(worker.window(seconds))
        line = "  ".join(f"{r} {next(iter(w[-1].values())):.0f}/s" for r, w in found.items())
        print(f"  round {number + 1}: {line}", flush=True)
    return found


def ratio(
    windows: dict[str, list[dict[str, float]]], a: str, b: str, what: str
) -> tuple[float, float, list[float]]:
    """Median of ``a``, median of ``b``, and the least and greatest ratio of one round."""
    one, two = ([window[what] for window in windows[role]] for role in (a, b))
    rounds = [x / y for x, y in zip(one, two, strict=True)]
    return statistics.median(one), statistics.median(two), [min(rounds), max(rounds)]


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
    workers: list[Worker] = []
    try:
        for role in ROLES:
            workers.append(Worker(role, [*_command(study, role), *words], folder / f"{role}.txt"))
        windows = in_turn(workers, settings["windows"], settings["seconds"])
    finally:
        for worker in workers:
            worker.close()
    loads = [window["load"] for role in windows.values() for window in role]
    found = {
        "settings": settings,
        "windows": windows,
        "about": {worker.role: worker.about for worker in workers},
        "load": [round(min(loads), 1), round(max(loads), 1)],
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
