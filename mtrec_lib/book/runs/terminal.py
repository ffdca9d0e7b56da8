"""What a run shows in the terminal: one line a chapter, and while it runs where it is."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mtrec_lib.book.runs.execute import Progress
from mtrec_lib.book.runs.jobs import Job
from mtrec_lib.book.runs.results import Result
from mtrec_lib.book.runs.runner import Outcome, run_job, sweep

_MARKS = {
    "done": ("✓", "green"),
    "kept": ("=", "dim"),
    "skipped": ("–", "yellow"),
    "failed": ("✗", "red"),
}


def run_all(jobs: Sequence[Job], force: bool, console: Console) -> list[Outcome]:
    """Run the jobs one after the other; a failure does not stop the next.

    Returns:
        Their outcomes.
    """
    outcomes = []
    for job in jobs:
        progress = Progress()
        with _watching(job, progress, console):
            outcome = run_job(job, force, progress, lambda line: console.print(Text(f"! {line}")))
        tell(outcome, console)
        outcomes.append(outcome)
    return outcomes


def tell(outcome: Outcome, console: Console) -> None:
    """Print the line of a chapter that came to its end."""
    mark, style = _MARKS[outcome.state]
    note = "  unchanged; --force runs it again" if outcome.state == "kept" else ""
    line = f"{mark} {outcome.job.folder.name:<34}{outcome.minutes:6.1f} min{note}"
    console.print(Text(line, style=style))
    if outcome.message:
        console.print(Text(f"  {outcome.message}", style=style), soft_wrap=True)


@contextmanager
def _watching(job: Job, progress: Progress, console: Console) -> Iterator[None]:
    if not console.is_terminal:
        yield
        return

    def line() -> Text:
        where = f"cell {progress.cell}/{progress.total}" if progress.cell else "starting"
        last = f"  {_last(progress.file)}" if progress.file else ""
        words = f"▸ {job.folder.name:<34}{progress.minutes:6.1f} min  {where}{last}"
        return Text(words, no_wrap=True, overflow="ellipsis")

    with Live(get_renderable=line, console=console, refresh_per_second=2, transient=True):
        yield


def _last(path: Path) -> str:
    """The last line that the training loop left in the progress file."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def result_table(results: Sequence[Result]) -> Table:
    """A line a run: state, minutes, how many of its claims hold."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    table.add_column("state")
    for name in ("minutes", "claims", "numbers"):
        table.add_column(name, justify="right")
    for result in results:
        truths = [claim["truth"] for claim in result.claims]
        claims = f"{truths.count(True)} of {len(truths)}" if truths else "–"
        state = Text(result.state, _MARKS[result.state][1])
        minutes, numbers = f"{result.minutes:.1f}", str(len(result.metrics) or "–")
        table.add_row(Text(result.name), state, minutes, claims, numbers)
    return table


def metric_table(results: Sequence[Result]) -> Table:
    """A line a number, a column a run."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("number", overflow="fold")
    for result in results:
        table.add_column(Text(result.name), justify="right", overflow="fold")
    metrics = [result.metrics for result in results]
    for name in dict.fromkeys(name for each in metrics for name in each):
        table.add_row(Text(name), *(_number(each.get(name)) for each in metrics))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def stop_cleanly() -> None:
    """Make SIGTERM an ordinary exit (code 143), so that what was started is ended too."""

    def leave(number: int, frame: Any) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def run_many(jobs: Sequence[Job], force: bool, console: Console, workers: int) -> list[Outcome]:
    """Run several jobs at a time, each in a process of its own.

    Returns:
        Their outcomes.
    """
    # Spawned, not forked: a fork would inherit locks and threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=stop_cleanly)
    try:
        return sweep(jobs, pool, force, lambda outcome: tell(outcome, console))
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
