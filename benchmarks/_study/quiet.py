"""The quiet-machine gate: what is measured in seconds is measured when nobody else works."""

import os
import time
from collections.abc import Callable

import psutil

from mtrec_lib.core.errors import MtrecError

QUIET = 0.15  # cores: what an idle system spends on itself
PATIENCE = 600.0  # seconds
LOOK = 2.0  # seconds of a look


def busy_cores(seconds: float = LOOK) -> float:
    """How many cores worked in the mean while we waited, we ourselves doing nothing."""
    return psutil.cpu_percent(interval=seconds) / 100 * (os.cpu_count() or 1)


def wait_until_quiet(
    go_on: bool = False,
    patience: float = PATIENCE,
    look: Callable[[], float] = busy_cores,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Wait until the machine is quiet; how many cores were busy at the last look.

    Args:
        go_on: look once and go on, whatever it says.
        patience: seconds.
        look: says how many cores are busy.
        clock: seconds of a clock.

    Raises:
        MtrecError: it has not become quiet; names the cure.
    """
    ends = clock() + patience
    busy, told = look(), False
    while busy > QUIET and not go_on:
        if clock() >= ends:
            raise MtrecError(
                f"the machine was not quiet for {patience / 60:.0f} minutes: {busy:.1f} cores are "
                "busy with other work. End it and try again, or add --busy to measure all the "
                "same; the row then says so"
            )
        if not told:
            print(f"  waiting for a quiet machine ({busy:.1f} cores are busy) ...", flush=True)
            told = True
        busy = look()
    return round(busy, 2)
