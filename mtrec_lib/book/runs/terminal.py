"""What a run shows in the terminal: one line a chapter, and while it runs where it is."""

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mtrec_lib.book.runs.jobs import Job
from mtrec_lib.book.runs.kernels import end_all
from mtrec_lib.book.runs.run_folders import RunFolder
from mtrec_lib.book.runs.runner import How, Outcome, run_job, sweep
from mtrec_lib.book.runs.watching import Progress

_MARKS = {
    "done": ("✓", "green"),
    "kept": ("=", "dim"),
    "skipped": ("–", "yellow"),
    "failed": ("✗", "red"),
}


def run_all(jobs: Sequence[Job], how: How, console: Console, at_a_time: int) -> list[Outcome]:
    """Run the jobs, several at a time, the longest first; a failure does not stop the others.

    Returns:
        Their outcomes, in the order of the jobs.
    """
    how = replace(how, note=lambda line: console.print(Text(f"! {line}")))
    running: dict[Path, Progress] = {}

    def run(job: Job) -> Outcome:
        running[job.folder] = Progress()
        try:
            return run_job(job, how, running[job.folder])
        finally:
            del running[job.folder]

    outcomes = {}
    with kernel_threads(at_a_time) as pool, _watching(running, console):
        for outcome in sweep(jobs, pool, run):
            tell(outcome, console)
            outcomes[outcome.job.folder] = outcome
    return [outcomes[job.folder] for job in jobs]


@contextmanager
def kernel_threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that each wait for a kernel; if this one is stopped, every kernel ends at once."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        raise
    finally:
        pool.shutdown()


def tell(outcome: Outcome, console: Console) -> None:
    """Print the line of a chapter that came to its end."""
    mark, style = _MARKS[outcome.state]
    note = "  unchanged; --force runs it again" if outcome.state == "kept" else ""
    cost = _cost(outcome.minutes, outcome.gigabytes)
    line = f"{mark} {outcome.job.folder.name:<34}{cost}{note}"
    console.print(Text(line, style=style))
    if outcome.message:
        console.print(Text(f"  {outcome.message}", style=style), soft_wrap=True)


@contextmanager
def _watching(running: Mapping[Path, Progress], console: Console) -> Iterator[None]:
    """A line for each chapter that runs, below those that came to their end."""
    if not console.is_terminal:
        yield
        return

    def lines() -> Group:
        return Group(*(_line(path.name, progress) for path, progress in list(running.items())))

    with Live(get_renderable=lines, console=console, refresh_per_second=2, transient=True):
        yield


def _line(name: str, progress: Progress) -> Text:
    where = f"cell {progress.cell}/{progress.total}" if progress.cell else "starting"
    words = f"▸ {name:<34}{_cost(progress.minutes, progress.gigabytes)}  {where}  {progress.line}"
    return Text(words, no_wrap=True, overflow="ellipsis")


def _cost(minutes: float, gigabytes: float) -> str:
    memory = f"{gigabytes:5.1f} GB" if gigabytes else " " * 8
    return f"{minutes:6.1f} min{memory}"


def result_table(results: Sequence[RunFolder]) -> Table:
    """A line a run: state, minutes, how many of its claims hold."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    table.add_column("state")
    for name in ("minutes", "GB", "claims", "numbers"):
        table.add_column(name, justify="right")
    for result in results:
        truths = [claim["truth"] for claim in result.claims]
        claims = f"{truths.count(True)} of {len(truths)}" if truths else "–"
        state = Text(result.state, _MARKS[result.state][1])
        numbers = str(len(result.metrics) or "–")
        cost = f"{result.minutes:.1f}", result.memory
        table.add_row(Text(result.name), state, *cost, claims, numbers)
    return table


def metric_table(results: Sequence[RunFolder]) -> Table:
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

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
