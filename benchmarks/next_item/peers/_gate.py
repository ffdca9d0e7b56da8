"""A process that works in windows, when it is told to: so that speeds are measured in turn.

Each prints a line of JSON when it is ready; then for every ``go SECONDS`` on its input it works
until that time has passed, ends what it is at, and prints what it did; ``stop`` ends it.
"""

import json
import sys
import time
from typing import Any


class Gate:
    """Counts what is done while a window is open, and waits while it is closed."""

    def __init__(self) -> None:
        self.done: dict[str, float] = {}
        self.ends = 0.0

    def ready(self, **more: Any) -> bool:
        """Say that all is prepared, and wait; whether to begin."""
        return self._say({"ready": True, **more})

    def count(self, **done: float) -> bool:
        """Add up what was done; once the window is over, report and wait. Whether to go on."""
        for name, value in done.items():
            self.done[name] = self.done.get(name, 0.0) + value
        now = time.perf_counter()
        if now < self.ends:
            return True
        spent = {"seconds": now - self.began, "cpu_seconds": time.process_time() - self.cpu}
        return self._say(spent | self.done)

    def _say(self, line: dict[str, Any]) -> bool:
        print("GATE " + json.dumps(line), flush=True)
        word, *seconds = sys.stdin.readline().split() or ["stop"]
        self.began, self.cpu, self.done = time.perf_counter(), time.process_time(), {}
        self.ends = self.began + float(seconds[0]) if seconds else 0.0
        return word == "go"
