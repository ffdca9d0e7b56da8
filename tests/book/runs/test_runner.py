"""The order in which chapters run, and what is shown while several do."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from mtrec_lib.book.runs import terminal
from mtrec_lib.book.runs.jobs import plan
from mtrec_lib.book.runs.notebooks import all_notebooks
from mtrec_lib.book.runs.profiles import Profile
from mtrec_lib.book.runs.runner import How, Outcome, longest_first, sweep
from mtrec_lib.book.runs.watching import Progress
from mtrec_lib.core import write_json
from tests.book.tiny import write_notebook

MINUTES = {"00": 1.0, "01": 3.0, "02": None, "03": 2.0}


@pytest.fixture
def jobs(chapters, tmp_path):
    """Chapters of 1, 3, unknown and 2 minutes."""
    for chapter, minutes in MINUTES.items():
        write_notebook(chapters / f"{chapter}_lms.ipynb")
        if minutes is not None:
            write_json(chapters / "expected" / f"{chapter}.json", {"minutes": minutes})
    return plan(all_notebooks(), Profile("default"), {}, tmp_path / "runs")


def test_the_longest_comes_first_and_one_of_unknown_length_before_it(jobs):
    chapters = [book.chapter for book in longest_first(all_notebooks())]
    assert chapters == ["02", "01", "03", "00"]


def test_a_sweep_starts_the_longest_first(jobs):
    started = []

    def run(job):
        started.append(job.notebook.chapter)
        return Outcome(job, "done")

    with ThreadPoolExecutor(1) as pool:
        assert len(list(sweep(jobs, pool, run))) == 4
    assert started == ["02", "01", "03", "00"]


def test_outcomes_come_back_in_the_order_of_the_jobs(jobs, monkeypatch):
    monkeypatch.setattr(terminal, "run_job", lambda job, how, progress: Outcome(job, "done"))
    console = Console(file=io.StringIO())
    outcomes = terminal.run_all(jobs, How(), console, 2)
    assert [outcome.job for outcome in outcomes] == jobs


def test_as_many_run_at_a_time_as_was_said(jobs, monkeypatch):
    both = threading.Barrier(2, timeout=20)

    def run(job, how, progress):
        both.wait()  # passes only if two are here at once
        return Outcome(job, "done")

    monkeypatch.setattr(terminal, "run_job", run)
    assert len(terminal.run_all(jobs, How(), Console(file=io.StringIO()), 2)) == 4


def test_each_running_chapter_has_a_line_with_its_last_epoch(tmp_path):
    board = tmp_path / "progress.txt"
    board.write_text("epoch 2/3  loss 1.5\n", encoding="utf-8")
    running = Progress(total=20, cell=4, file=board, gigabytes=1.24)
    line = terminal._line("04_lms", running).plain
    assert line.startswith("▸ 04_lms ")
    assert "1.2 GB  cell 4/20  epoch 2/3  loss 1.5" in line
    assert "starting" in terminal._line("05_lms", Progress(total=20)).plain


def test_what_is_printed_while_two_run_is_a_line_each(jobs, monkeypatch):
    monkeypatch.setattr(
        terminal, "run_job", lambda job, how, progress: Outcome(job, "done", 1.0, 0.5)
    )
    file = io.StringIO()
    terminal.run_all(jobs, How(), Console(file=file, width=200), 2)
    lines = sorted(file.getvalue().splitlines())
    assert [Path(line.split()[1]).name for line in lines] == [job.folder.name for job in jobs]
    assert all(line.endswith("1.0 min  0.5 GB") for line in lines)
