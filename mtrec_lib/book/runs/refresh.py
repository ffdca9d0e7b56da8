"""Execute chapters at their stored parameters and store what they say.

``python -m mtrec_lib.book.runs.refresh [--jobs N] [NN ...]`` is the only way in which outputs get
into ``chapters/``: a fresh kernel, every cell, then the bare form of the notebook contract.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mtrec_lib.book.runs.execute import Execution, execute
from mtrec_lib.book.runs.machine import side_by_side, threads_of
from mtrec_lib.book.runs.notebooks import Notebook, select, source_sha
from mtrec_lib.book.runs.pictures import small
from mtrec_lib.book.runs.profiles import load_profile
from mtrec_lib.book.runs.run_folders import RunFolder
from mtrec_lib.book.runs.runner import longest_first
from mtrec_lib.book.runs.terminal import kernel_threads, stop_cleanly
from mtrec_lib.book.runs.watching import Progress
from mtrec_lib.core.atomic import write_json, write_text
from mtrec_lib.core.errors import MtrecError, RunError

if TYPE_CHECKING:
    from nbformat import NotebookNode

MEASURED = re.compile(r"(\*\*Measured:\*\*) [0-9.]+ minutes?(?:, [0-9.]+ GB)?")
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Cost:
    """What a run took."""

    minutes: float
    gigabytes: float

    def __str__(self) -> str:
        """As it stands in the promise of a chapter."""
        return f"{self.minutes:.1f} minutes, {self.gigabytes:.1f} GB"


def refresh(notebook: Notebook, work: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Execute one chapter and store its outputs and its expected numbers.

    Args:
        notebook: the chapter; replaced in place, whole or not at all.
        work: a folder for the scratch files and for what is left of a failure.
        environment: variables of its kernel, such as its number of threads.

    Returns:
        The minutes and the gigabytes it took.

    Raises:
        RunError: a cell failed, wrote to stderr, or left a widget; the stored form is untouched.
    """
    run = RunFolder(work / notebook.name)
    with run.locked():
        run.prepare({})
        try:
            cost = _execute(notebook, run, environment or {})
            record = run.record
            _check_record(record)
            stored = bare(run.executed, cost)
        except RunError as error:
            failed = run.keep_failed({"reason": str(error)})
            raise RunError(f"{notebook.name}: {error}; see {failed}") from error
        write_text(notebook.path, stored)
        _write_expected(notebook, record, cost)
        run.discard()
    return cost


def _execute(notebook: Notebook, run: RunFolder, environment: Mapping[str, str]) -> Cost:
    profile = load_profile("default", notebook.path.parent)
    known = run.announce(notebook.path.parent, profile.name)
    progress = Progress(total=len(notebook.code), file=run.progress)
    source = notebook.path.resolve()
    variables = {**environment, **known}
    request = Execution(source, run.executed, environment=variables, limits=profile.limits)
    execute(request, progress)
    return Cost(progress.minutes, progress.gigabytes)


def _check_record(record: dict[str, Any]) -> None:
    for name, each in record.get("metrics", {}).items():
        if each["value"] is None:
            raise RunError(f"{name} is not a finite number")


def _write_expected(notebook: Notebook, record: dict[str, Any], cost: Cost) -> None:
    content = {
        "parameters": {name: each.value for name, each in notebook.parameters.items()},
        "metrics": record.get("metrics", {}),
        "claims": [claim["sentence"] for claim in record.get("claims", [])],
        "minutes": round(cost.minutes, 1),
        "gigabytes": round(cost.gigabytes, 1),
    }
    write_json(notebook.path.parent / "expected" / f"{notebook.chapter}.json", content)


def bare(executed: Path, cost: Cost) -> str:
    """An executed notebook in the form that is stored, as text.

    Raises:
        RunError: an output may not be stored; names the cell.
    """
    import nbformat

    content = nbformat.read(executed, as_version=4)
    for cell in content.cells:
        metadata = {
            name: cell.metadata[name] for name in ("tags", "mystnb") if cell.metadata.get(name)
        }
        cell.metadata = nbformat.from_dict(metadata)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell)
        else:
            cell.source = MEASURED.sub(rf"\1 {cost}", cell.source)
    sha = source_sha(content.cells)
    content.metadata = nbformat.from_dict({"kernelspec": _KERNELSPEC, "mtrec": {"source_sha": sha}})
    content.nbformat_minor = 5
    _, content = nbformat.validator.normalize(content)
    nbformat.validate(content)
    return nbformat.writes(content) + "\n"


def _outputs(cell: "NotebookNode") -> list["NotebookNode"]:
    """Outputs without metadata, pictures small, neighbouring prints joined into one."""
    where = f"code cell {cell.execution_count} ({cell.source.splitlines()[0][:60]})"
    outputs: list[NotebookNode] = []
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise RunError(f"{where} writes to stderr: {output.text.strip()[:300]}")
        if _WIDGET in output.get("data", {}):
            raise RunError(f"{where} leaves a widget or a progress bar: show it as text")
        if "metadata" in output:
            output.metadata = {}
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = small(output.data["image/png"])
        if outputs and output.output_type == outputs[-1].output_type == "stream":
            outputs[-1].text += output.text
        else:
            outputs.append(output)
    return outputs


def main(names: Sequence[str], jobs: int | None = None) -> int:
    """Refresh the chapters that ``names`` name, or all, several at a time; the number of failures.

    Args:
        names: numbers, names or paths.
        jobs: how many kernels run at a time; by default as many as the machine has room for.
    """
    notebooks = select(names)
    at_a_time = side_by_side(len(notebooks), jobs)
    environment, work = threads_of(at_a_time), Path("runs") / "refresh"
    failures = 0
    with kernel_threads(at_a_time) as pool:
        futures = {
            pool.submit(refresh, notebook, work, environment): notebook.name
            for notebook in longest_first(notebooks)
        }
        for future in as_completed(futures):
            try:
                cost = future.result()
                line = f"{cost.minutes:6.1f} min{cost.gigabytes:5.1f} GB"
                print(f"✓ {futures[future]:<34}{line}", flush=True)
            except MtrecError as error:
                failures += 1
                print(f"✗ {error}", file=sys.stderr, flush=True)
    return failures


@click.command()
@click.argument("chapters", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), help="Chapters at a time.")
def _command(chapters: tuple[str, ...], jobs: int | None) -> None:
    """Execute chapters and store their outputs."""
    stop_cleanly()
    sys.exit(min(1, main(chapters, jobs)))


if __name__ == "__main__":
    _command()
