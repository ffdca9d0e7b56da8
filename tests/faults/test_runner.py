"""Faults 1 to 5, 11 to 13 and 46: whatever happens to a run, nothing half-done looks done."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mtrec_lib.book.runs.jobs import plan
from mtrec_lib.book.runs.notebooks import Notebook
from mtrec_lib.book.runs.profiles import Profile
from mtrec_lib.book.runs.runner import How, run_job
from mtrec_lib.core import write_text
from tests.book.tiny import start, write_notebook

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
FAILING = {
    "01_killed": ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "print('after')"],
    "02_raising": ["print('so far')", "1 / 0", "print('after')"],
    "03_leaving": ["import sys\nsys.exit(0)", "print('after')"],
    "04_hanging": ["print('so far')", "while True:\n    pass"],
    "06_asking": ["input('your name? ')"],
    "07_out_of_order": ["print(not_yet)", "not_yet = 1"],
}
EXPECTED = {
    "01_killed": "code cell 4 (import os, signal): the kernel died (out of memory?)",
    "02_raising": "code cell 5 (1 / 0): ZeroDivisionError: division by zero",
    "03_leaving": "code cell 4 (import sys): SystemExit",
    "04_hanging": "code cell 5 (while True:): silent for",
    "06_asking": "code cell 4 (input('your name? ')): StdinNotImplementedError",
    "07_out_of_order": "code cell 4 (print(not_yet)): NameError",
}


def _command(*words: object) -> list[str]:
    return [sys.executable, "-m", "mtrec_lib.cli", *map(str, words)]


def _environment(chapters: Path) -> dict[str, str]:
    return os.environ | {"MTREC_CHAPTERS": str(chapters), "PYTHONIOENCODING": "utf-8"}


def _mtrec(chapters: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*words),
        env=_environment(chapters),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """Six chapters that fail, each in its way, and one that does not: folder of runs, process."""
    folder = tmp_path_factory.mktemp("failures")
    write_notebook(folder / "chapters" / "00_whole.ipynb", start("00"), "mt.book.show('a', 1.5, 0)")
    for name, codes in FAILING.items():
        write_notebook(folder / "chapters" / f"{name}.ipynb", start(name[:2]), *codes)
    write_text(folder / "chapters" / "profiles" / "default.toml", "[budget]\nsilence = 8\n")
    out = folder / "runs"
    done = _mtrec(folder / "chapters", "run", "--out", out, "--jobs", 2)
    return out / "default", done


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("name", FAILING)
def test_01_11_12_13_a_failure_names_its_cell_and_leaves_no_done(failures, name):
    folder, done = failures
    reason = json.loads((folder / name / "failed.json").read_text(encoding="utf-8"))["reason"]
    assert reason.startswith(EXPECTED[name])
    assert EXPECTED[name] in done.stdout
    assert [path.name for path in (folder / name).glob("*.ipynb")] == [f"{name}.failed.ipynb"]
    assert not (folder / name / "DONE.json").exists()


@pytest.mark.slow
@POSIX
def test_the_other_chapters_run_and_the_whole_fails_at_the_end(failures):
    folder, done = failures
    assert done.returncode == 1
    assert "failed: 01_killed, 02_raising" in done.stderr
    assert (folder / "00_whole" / "DONE.json").exists()
    metrics = json.loads((folder / "00_whole" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics == {"a": 1.5}
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "division by zero" in page
    assert not list(folder.glob(".*.partial"))


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("name", ["02_raising", "04_hanging"])
def test_11_what_ran_before_the_failure_is_kept(failures, name):
    folder, _ = failures
    kept = (folder / name / f"{name}.failed.ipynb").read_text(encoding="utf-8")
    assert "so far" in "".join(
        line
        for cell in json.loads(kept)["cells"]
        for output in cell.get("outputs", [])
        for line in output.get("text", [])
    )


# A network of three weights, trained: what two kernels side by side could disturb.
TRAINED = """import numpy as np, keras
x = np.random.default_rng(0).normal(size=(64, 3))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile("adam", "mse")
loss = model.fit(x, x.sum(1), epochs=epochs, verbose=0).history["loss"][-1]
run = mt.book.show("loss", loss, tol=1e-4)"""


@pytest.mark.slow
def test_the_numbers_do_not_depend_on_how_many_chapters_run_at_a_time(tmp_path):
    for chapter in ("04", "05"):
        path = tmp_path / "chapters" / f"{chapter}_trained.ipynb"
        write_notebook(path, start(chapter), TRAINED)
    losses = []
    for jobs in (1, 2):
        out = tmp_path / f"runs{jobs}"
        done = _mtrec(tmp_path / "chapters", "run", "--out", out, "--jobs", jobs)
        assert done.returncode == 0, done.stdout + done.stderr
        files = sorted((out / "default").glob("*/metrics.json"))
        losses += [json.loads(path.read_text(encoding="utf-8"))["loss"] for path in files]
    assert len(losses) == 4
    assert losses == pytest.approx([losses[0]] * 4, rel=1e-5)


@pytest.fixture
def endless(tmp_path):
    """A chapter whose kernel leaves its pid and, if epochs is 3, sleeps; a way to start it."""
    marker = tmp_path / "pid"
    pid = f"import os, pathlib\n_ = pathlib.Path({str(marker)!r}).write_text(str(os.getpid()))"
    sleep = "import time\ntime.sleep(100 if epochs == 3 else 0)"
    write_notebook(tmp_path / "chapters" / "04_endless.ipynb", start("04"), pid, sleep)

    def begin() -> tuple[subprocess.Popen, int]:
        process = subprocess.Popen(
            _command("run", "--out", tmp_path / "runs"),
            env=_environment(tmp_path / "chapters"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(lambda: marker.exists() and marker.read_text(encoding="utf-8"))
        return process, int(marker.read_text(encoding="utf-8"))

    return tmp_path, begin


def _wait(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # An orphan that nobody has waited for yet is a zombie: it runs no more.
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


@pytest.mark.slow
@POSIX
def test_02_a_killed_runner_leaves_nothing_in_place_and_a_rerun_works(endless):
    folder, begin = endless
    process, kernel = begin()
    process.kill()
    process.wait()
    _wait(lambda: _gone(kernel))
    runs = folder / "runs" / "default"
    assert not (runs / "04_endless").exists()
    assert (runs / ".04_endless.partial").exists()
    write_notebook(folder / "chapters" / "04_endless.ipynb", start("04"))
    done = _mtrec(folder / "chapters", "run", "--out", folder / "runs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"took over the lock of pid {process.pid}" in done.stdout
    assert "an interrupted run had left .04_endless.partial" in done.stdout
    assert (runs / "04_endless" / "DONE.json").exists()
    assert not (runs / ".04_endless.partial").exists()


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_03_05_a_stopped_runner_leaves_no_kernel_and_no_second_run_gets_in(endless, number):
    folder, begin = endless
    process, kernel = begin()
    second = _mtrec(folder / "chapters", "run", "--out", folder / "runs")
    assert second.returncode == 1
    assert f"locked by pid {process.pid} since" in second.stdout
    assert "--run-id" in second.stdout
    other = _mtrec(
        folder / "chapters", "run", "--out", folder / "runs", "--run-id", "two", "-p", "epochs=1"
    )
    assert other.returncode == 0, other.stdout + other.stderr
    process.send_signal(number)
    assert process.wait(timeout=20) != 0
    assert _gone(kernel)
    assert not (folder / "runs" / "default" / "04_endless").exists()
    assert (folder / "runs" / "default" / "04_endless@two" / "DONE.json").exists()


def _job(tmp_path: Path, *codes: str):
    book = Notebook(write_notebook(tmp_path / "chapters" / "04_lms.ipynb", *codes))
    (job,) = plan([book], Profile("default"), {}, tmp_path / "runs")
    return job


@pytest.mark.slow
def test_04_a_full_disk_is_said_and_the_old_run_stays(tmp_path, monkeypatch):
    assert run_job(_job(tmp_path)).state == "done"
    folder = tmp_path / "runs" / "default" / "04_lms"
    before = (folder / "04_lms.ipynb").read_bytes()

    def full(self, buffer, path):
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr("papermill.iorw.LocalHandler.write", full)
    outcome = run_job(_job(tmp_path, "1 + 1"))
    assert outcome.state == "failed"
    assert "the disk is full" in outcome.message
    assert "04_lms.ipynb" in outcome.message
    assert "bytes free" in outcome.message
    assert (folder / "04_lms.ipynb").read_bytes() == before


@pytest.mark.slow
def test_what_is_done_is_skipped_until_something_changes_or_force(tmp_path):
    states = [run_job(_job(tmp_path)).state, run_job(_job(tmp_path)).state]
    assert states == ["done", "kept"]
    assert run_job(_job(tmp_path), How(force=True)).state == "done"
    assert run_job(_job(tmp_path, "1 + 1")).state == "done"


def test_46_a_folder_that_cannot_be_written_is_named_before_the_start(tmp_path):
    (tmp_path / "runs").write_text("a file in the way", encoding="utf-8")
    outcome = run_job(_job(tmp_path))
    assert outcome.state == "failed"
    assert str(tmp_path / "runs") in outcome.message
    assert "--out" in outcome.message
    assert "MTREC_HOME" not in outcome.message


def test_46_a_folder_of_runs_that_cannot_be_made_is_a_line_that_names_it_and_out(tmp_path):
    write_notebook(tmp_path / "chapters" / "04_lms.ipynb", start("04"))
    blocked = write_text(tmp_path / "file", "in the way") / "runs"
    done = _mtrec(tmp_path / "chapters", "run", "--out", blocked)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: cannot write in {blocked} (")
    assert line.endswith("choose another --out")


@pytest.mark.slow
def test_46_a_relative_cache_is_one_folder_where_the_command_was_typed(tmp_path):
    home = "print(mt.core.home(), end='')"
    path = write_notebook(tmp_path / "chapters" / "04_home.ipynb", start("04"), home)
    done = subprocess.run(
        _command("run", "--out", "runs"),
        cwd=tmp_path,
        env=os.environ | {"MTREC_CHAPTERS": "chapters", "MTREC_HOME": "cache"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (executed,) = (tmp_path / "runs").rglob(path.name)
    last = json.loads(executed.read_text(encoding="utf-8"))["cells"][-1]
    assert "".join(last["outputs"][0]["text"]) == str(tmp_path / "cache")


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("epocs=3", "did you mean 'epochs'"),
        ("epochs=three", "whole number"),
        ("epochs=-1", "least"),
    ],
)
def test_06_07_08_a_wrong_parameter_is_refused_before_anything_starts(tmp_path, word, wanted):
    write_notebook(tmp_path / "chapters" / "04_lms.ipynb", start("04"))
    done = _mtrec(tmp_path / "chapters", "run", "-p", word, "--out", tmp_path / "runs")
    assert done.returncode == 1
    assert wanted in done.stderr
    assert not (tmp_path / "runs").exists()
