"""Runs chapters: each executed in a scratch folder and moved into place only when it is whole."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from mtrec_lib.book.context import RECORD, VARIABLE, expected
from mtrec_lib.book.errors import SkippedError
from mtrec_lib.book.runs.execute import Progress, execute
from mtrec_lib.book.runs.jobs import PACKAGES, Job, package_version
from mtrec_lib.book.runs.locks import locked
from mtrec_lib.book.runs.run_folders import is_done, keep_failed, place, prepare, read_json
from mtrec_lib.book.runs.stored import drift
from mtrec_lib.core.atomic import write_json
from mtrec_lib.core.errors import MtrecError, RunError
from mtrec_lib.core.paths import writable

TOLD, PROGRESS = "told.json", "progress.txt"


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Args:
        job: what was run.
        state: ``done``, ``kept`` (was done already), ``skipped`` (needs packages that are not
            installed) or ``failed``.
        minutes: how long it took.
        message: why it was skipped or failed.
    """

    job: Job
    state: str
    minutes: float = 0.0
    message: str = ""


def run_job(
    job: Job, force: bool = False, progress: Progress | None = None, note: Callable = print
) -> Outcome:
    """Run one chapter, unless its folder already holds this very run.

    Args:
        job: what to run.
        force: run it in any case.
        progress: filled while running.
        note: takes a line about what was found, such as the remains of an interrupted run.

    Returns:
        The outcome; a failure is an outcome too, with the cell and the reason as its message.
    """
    progress = progress or Progress()
    try:
        writable(job.folder.parent)
        with locked(job.folder) as dead:
            if dead:
                note(f"{job.folder.name}: took over the lock of pid {dead}, which is gone")
            identity = job.identity
            if not force and is_done(job.folder, identity):
                return Outcome(job, "kept", read_json(job.folder / "config.json")["minutes"])
            scratch, stale = prepare(job.folder, identity)
            if stale:
                note(
                    f"{job.folder.name}: an interrupted run had left {scratch.name}; starting anew"
                )
            outcome = _run(job, identity, scratch, progress)
            for line in _drift(outcome):
                note(f"{job.folder.name}: {line}")
            return outcome
    except (MtrecError, OSError) as error:
        return Outcome(job, "failed", progress.minutes, str(error))


def _run(job: Job, identity: dict[str, str], scratch: Path, progress: Progress) -> Outcome:
    name = job.notebook.name
    told = {"profile": job.profile.name, "folder": str(scratch), "changed": list(job.changed)}
    write_json(scratch / TOLD, told)
    progress.total = len(job.notebook.code)
    progress.file = scratch / PROGRESS
    try:
        execute(
            job.notebook.path,
            scratch / f"{name}.ipynb",
            job.changed,
            {
                VARIABLE: str(scratch / TOLD),
                "MTREC_PROGRESS": str(scratch / PROGRESS),
                "MTREC_CHAPTERS": str(job.notebook.path.parent.resolve()),
            },
            job.profile.cell,
            job.profile.chapter,
            progress,
        )
    except RunError as error:
        state = "skipped" if isinstance(error, SkippedError) else "failed"
        reason = {"state": state, "reason": str(error), "minutes": round(progress.minutes, 2)}
        kept = keep_failed(scratch, job.folder, name, reason)
        see = "" if state == "skipped" else f"; see {kept}"
        return Outcome(job, state, progress.minutes, f"{error}{see}")
    _write_results(job, identity, scratch, progress.minutes)
    place(scratch, job.folder, identity)
    return Outcome(job, "done", progress.minutes)


def _write_results(job: Job, identity: dict[str, str], scratch: Path, minutes: float) -> None:
    record = read_json(scratch / RECORD)
    metrics = {name: each["value"] for name, each in record.get("metrics", {}).items()}
    write_json(scratch / "metrics.json", metrics)
    write_json(scratch / "claims.json", record.get("claims", []))
    config = {
        "chapter": job.notebook.chapter,
        "name": job.notebook.name,
        "profile": job.profile.name,
        "parameters": job.values,
        "changed": sorted(job.changed),
        "minutes": round(minutes, 2),
        "packages": {name: package_version(name) for name in PACKAGES},
    }
    write_json(scratch / "config.json", config)
    for name in (RECORD, TOLD, PROGRESS):
        (scratch / name).unlink(missing_ok=True)


def _drift(outcome: Outcome) -> list[str]:
    """How a run at the stored parameters differs from the stored numbers."""
    job = outcome.job
    stored = expected(job.notebook.chapter, job.notebook.path.parent).get("metrics")
    if outcome.state != "done" or job.changed or stored is None:
        return []
    return drift(read_json(job.folder / "metrics.json"), stored)


def sweep(
    jobs: Sequence[Job], executor: Executor, force: bool = False, told: Callable = print
) -> list[Outcome]:
    """Run many jobs on any ``concurrent.futures`` executor, each in its own folder.

    Args:
        jobs: what to run.
        executor: threads do not do, as each job changes its process's environment.
        force: run also what is done.
        told: takes each outcome as it comes.

    Returns:
        The outcomes in the order of the jobs.
    """
    from concurrent.futures import as_completed

    futures = [executor.submit(run_job, job, force, None, _silent) for job in jobs]
    for future in as_completed(futures):
        told(future.result())
    return [future.result() for future in futures]


def _silent(line: str) -> None:
    return None
