"""Runs chapters: each executed in a scratch folder and moved into place only when it is whole."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from typing import Any

from mtrec_lib.book.context import expected
from mtrec_lib.book.errors import SkippedError
from mtrec_lib.book.runs.execute import Execution, execute
from mtrec_lib.book.runs.jobs import PACKAGES, Job, package_version
from mtrec_lib.book.runs.notebooks import Notebook
from mtrec_lib.book.runs.stored import drift
from mtrec_lib.book.runs.watching import Progress
from mtrec_lib.core.errors import MtrecError, RunError
from mtrec_lib.core.paths import writable

OTHER_OUT = "choose another --out"


@dataclass(frozen=True)
class How:
    """How jobs are run; none of it changes what they compute.

    Args:
        force: run what is done already, too.
        environment: variables of the kernels, such as their number of threads.
        note: takes a line about what was noticed, such as the remains of an interrupted run.
    """

    force: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    note: Callable[[str], None] = print


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Args:
        job: what was run.
        state: ``done``, ``kept`` (was done already), ``skipped`` (needs packages that are not
            installed) or ``failed``.
        minutes: how long it took.
        gigabytes: the most memory that its kernel held.
        message: why it was skipped or failed.
    """

    job: Job
    state: str
    minutes: float = 0.0
    gigabytes: float = 0.0
    message: str = ""


def run_job(job: Job, how: How | None = None, progress: Progress | None = None) -> Outcome:
    """Run one chapter, unless its folder already holds this very run.

    Args:
        job: what to run.
        how: how to run it.
        progress: filled while running.

    Returns:
        The outcome; a failure is an outcome too, with the cell and the reason as its message.
    """
    how, progress, run = how or How(), progress or Progress(), job.run_folder
    try:
        writable(run.path.parent, OTHER_OUT)
        with run.locked() as dead:
            if dead:
                how.note(f"{run.name}: took over the lock of pid {dead}, which is gone")
            identity = job.identity
            if not how.force and run.is_done(identity):
                return Outcome(job, "kept", run.minutes, run.gigabytes)
            if run.prepare(identity):
                left = f"an interrupted run had left {run.scratch.name}; starting anew"
                how.note(f"{run.name}: {left}")
            outcome = _run(job, identity, how.environment, progress)
            for line in _drift(outcome):
                how.note(f"{run.name}: {line}")
            return outcome
    except (MtrecError, OSError) as error:
        return Outcome(job, "failed", progress.minutes, message=str(error))


def _run(
    job: Job, identity: dict[str, str], environment: Mapping[str, str], progress: Progress
) -> Outcome:
    run, notebook = job.run_folder, job.notebook
    known = run.announce(notebook.path.parent, job.profile.name, job.changed)
    progress.total, progress.file = len(notebook.code), run.progress
    variables = {**environment, **known}
    try:
        execute(
            Execution(notebook.path, run.executed, job.changed, variables, job.profile.limits),
            progress,
        )
    except RunError as error:
        state = "skipped" if isinstance(error, SkippedError) else "failed"
        failed = run.keep_failed({"state": state, "reason": str(error)} | _cost(progress))
        see = "" if state == "skipped" else f"; see {failed}"
        return Outcome(job, state, progress.minutes, progress.gigabytes, f"{error}{see}")
    run.place(identity, _config(job) | _cost(progress))
    return Outcome(job, "done", progress.minutes, progress.gigabytes)


def _cost(progress: Progress) -> dict[str, float]:
    return {"minutes": round(progress.minutes, 2), "gigabytes": round(progress.gigabytes, 2)}


def _config(job: Job) -> dict[str, Any]:
    return {
        "chapter": job.notebook.chapter,
        "name": job.notebook.name,
        "profile": job.profile.name,
        "parameters": job.values,
        "changed": sorted(job.changed),
        "packages": {name: package_version(name) for name in PACKAGES},
    }


def _drift(outcome: Outcome) -> list[str]:
    """How a run at the stored parameters differs from the stored numbers."""
    job = outcome.job
    stored = expected(job.notebook.chapter, job.notebook.path.parent).get("metrics")
    if outcome.state != "done" or job.changed or stored is None:
        return []
    return drift(job.run_folder.metrics, stored)


def longest_first(notebooks: Iterable[Notebook]) -> list[Notebook]:
    """The chapters by their stored minutes, the longest first.

    One whose minutes are not known comes before all others: it may be the longest.
    """
    return sorted(notebooks, key=_minutes, reverse=True)


def _minutes(notebook: Notebook) -> float:
    return expected(notebook.chapter, notebook.path.parent).get("minutes", math.inf)


def sweep(
    jobs: Sequence[Job],
    executor: Executor,
    run: Callable[[Job], Outcome] = run_job,
) -> Iterator[Outcome]:
    """Run many jobs on any ``concurrent.futures`` executor, each in its own folder, longest first.

    Args:
        jobs: what to run.
        executor: threads of this process, other processes, or a cluster.
        run: how one of them is run.

    Yields:
        Each outcome as it comes.
    """
    ordered = sorted(jobs, key=lambda job: _minutes(job.notebook), reverse=True)
    futures = [executor.submit(run, job) for job in ordered]
    for future in as_completed(futures):
        yield future.result()
