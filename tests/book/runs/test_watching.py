"""What ends a run is silence, and how long silence may be depends on the machine (fault 11)."""

import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from mtrec_lib.book.runs import watching
from mtrec_lib.book.runs.watching import Limits, Progress, memory, watched

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")


@contextmanager
def _process(code="import time; time.sleep(60)"):
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine of the reference's speed, looked at every 20 ms; both may be changed."""
    monkeypatch.setattr(watching, "_EVERY", 0.02)
    monkeypatch.setattr(watching, "slowness", lambda: 1.0)
    monkeypatch.setattr(watching, "slowness_now", lambda: 1.0)
    return monkeypatch


def _ends(progress, limits, within=10.0, meanwhile=lambda: None):
    """Whether the process of ``progress`` is ended within some seconds."""
    with _process() as process:
        progress.pid = process.pid
        with watched(progress, limits):
            end = time.monotonic() + within
            while process.poll() is None and time.monotonic() < end:
                meanwhile()
                time.sleep(0.01)
        return process.poll() is not None


@POSIX
def test_11_silence_ends_a_process():
    progress = Progress()
    assert _ends(progress, Limits(silence=0.2))
    assert progress.stopped.startswith("silent for 0 s: no cell ended, no epoch reported")


@POSIX
def test_a_slow_machine_may_be_silent_for_longer(machine):
    machine.setattr(watching, "slowness", lambda: 1000.0)
    assert not _ends(Progress(), Limits(silence=0.05), within=0.5)


@POSIX
def test_a_machine_that_has_become_busy_is_measured_again_before_the_end(machine):
    machine.setattr(watching, "slowness_now", lambda: 1000.0)
    assert not _ends(Progress(), Limits(silence=0.05), within=0.5)


@POSIX
def test_a_cell_that_begins_is_a_sign_of_life():
    progress = Progress()

    def next_cell():
        progress.cell += 1

    assert not _ends(progress, Limits(silence=0.3), within=1.0, meanwhile=next_cell)


@POSIX
def test_an_epoch_that_is_reported_is_a_sign_of_life(tmp_path):
    progress = Progress(file=tmp_path / "progress.txt")

    def epoch():
        progress.file.write_text("epoch 1/2", encoding="utf-8")

    assert not _ends(progress, Limits(silence=0.3), within=1.0, meanwhile=epoch)
    assert progress.line == "epoch 1/2"


@POSIX
def test_11_a_budget_ends_it_whatever_it_says():
    progress = Progress()

    def next_cell():
        progress.cell += 1

    assert _ends(progress, Limits(budget=0.2), meanwhile=next_cell)
    assert "over its time budget" in progress.stopped
    assert "--budget" in progress.stopped


def test_memory_is_that_of_the_process_and_its_children():
    # 100 MB here and 100 MB in a child: more than 0.19 GB and, with Python itself, below 0.5.
    child = "held = bytearray(100_000_000); print(1, flush=True); import time; time.sleep(60)"
    code = f"""
import subprocess, sys, time
held = bytearray(100_000_000)
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(1, flush=True)
try:
    time.sleep(60)
finally:
    child.kill()
"""
    with _process(code) as process:
        process.stdout.readline()
        assert 0.18 < memory(process.pid) < 0.5
        for each in watching.psutil.Process(process.pid).children():
            each.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux remembers the peak")
def test_a_peak_that_is_over_still_counts():
    code = "held = bytearray(200_000_000); del held; print(1, flush=True); input()"
    with _process(code) as process:
        process.stdout.readline()
        assert memory(process.pid) > 0.18


def test_the_memory_of_a_process_that_is_gone_is_nothing():
    with _process("pass") as process:
        process.wait()
        assert memory(process.pid) == 0
