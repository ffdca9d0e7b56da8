"""Speeds in turn: every process works for a window while the others wait, again and again."""

import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

import psutil

Windows = dict[str, list[dict[str, float]]]


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
    commands: dict[str, list[str]], folder: Path, windows: int, seconds: float
) -> tuple[Windows, dict[str, dict[str, Any]]]:
    """Start a process a role, let everybody work once a round, and end them.

    Args:
        commands: role → command of a process behind a gate.
        folder: for what they write to stderr, a file a role.
        windows: rounds.
        seconds: of a window.

    Returns:
        Role → its windows, and role → what its process said of itself.
    """
    workers: list[Worker] = []
    try:
        for role, command in commands.items():
            workers.append(Worker(role, command, folder / f"{role.replace(' ', '-')}.txt"))
        found: Windows = {role: [] for role in commands}
        for number in range(windows):
            for worker in workers:
                found[worker.role].append(worker.window(seconds))
            line = "  ".join(f"{r} {next(iter(w[-1].values())):.0f}/s" for r, w in found.items())
            print(f"  round {number + 1}: {line}", flush=True)
    finally:
        for worker in workers:
            worker.close()
    return found, {worker.role: worker.about for worker in workers}


def ratio(windows: Windows, a: str, b: str, what: str) -> tuple[float, float, list[float]]:
    """Median of ``a``, median of ``b``, and the least and greatest ratio of one round."""
    one, two = ([window[what] for window in windows[role]] for role in (a, b))
    rounds = [x / y for x, y in zip(one, two, strict=True)]
    return statistics.median(one), statistics.median(two), [min(rounds), max(rounds)]


def cores(windows: Windows, *roles: str) -> list[float]:
    """Median number of cores that each role kept busy."""
    return [statistics.median(window["cores"] for window in windows[role]) for role in roles]


def load(windows: Windows) -> list[float]:
    """Least and greatest load of the machine while all worked."""
    loads = [window["load"] for role in windows.values() for window in role]
    return [round(min(loads), 1), round(max(loads), 1)]
