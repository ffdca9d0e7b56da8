"""Execute chapters at their stored parameters and store what they say.

``python -m mtrec_lib.book.runs.refresh [NN ...]`` is the only way in which outputs get into
``chapters/``: a fresh kernel, every cell, then the bare form of the notebook contract.
"""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from mtrec_lib.book.context import RECORD, VARIABLE
from mtrec_lib.book.runs.execute import Progress, execute
from mtrec_lib.book.runs.locks import locked
from mtrec_lib.book.runs.notebooks import Notebook, select, source_sha
from mtrec_lib.book.runs.pictures import small
from mtrec_lib.book.runs.run_folders import keep_failed, prepare, read_json
from mtrec_lib.book.runs.profiles import load_profile
from mtrec_lib.core.atomic import write_json, write_text
from mtrec_lib.core.errors import MtrecError, RunError

MEASURED = re.compile(r"(\*\*Measured:\*\*) [0-9.]+ minutes?")
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(notebook: Notebook, work: Path) -> float:
    """Execute one chapter and store its outputs and its expected numbers.

    Args:
        notebook: the chapter; replaced in place, whole or not at all.
        work: a folder for the scratch files and for what is left of a failure.

    Returns:
        The minutes it took.

    Raises:
        RunError: a cell failed, wrote to stderr, or left a widget; the stored form is untouched.
    """
    folder = work / notebook.name
    with locked(folder):
        scratch, _ = prepare(folder, {})
        try:
            minutes = _execute(notebook, scratch)
            record = read_json(scratch / RECORD)
            _check_record(record)
            stored = bare(scratch / f"{notebook.name}.ipynb", minutes)
        except RunError as error:
            kept = keep_failed(scratch, folder, notebook.name, {"reason": str(error)})
            raise RunError(f"{notebook.name}: {error}; see {kept}") from error
        write_text(notebook.path, stored)
        _write_expected(notebook, record, minutes)
        shutil.rmtree(scratch, ignore_errors=True)
    return minutes


def _execute(notebook: Notebook, scratch: Path) -> float:
    told = scratch / "told.json"
    write_json(told, {"profile": "default", "folder": str(scratch), "changed": []})
    chapters = notebook.path.parent.resolve()
    profile = load_profile("default", chapters)
    progress = Progress(total=len(notebook.code))
    environment = {VARIABLE: str(told.resolve()), "MTREC_CHAPTERS": str(chapters)}
    target = (scratch / f"{notebook.name}.ipynb").resolve()
    seconds = (profile.cell, profile.chapter)
    execute(notebook.path.resolve(), target, {}, environment, *seconds, progress)
    return progress.minutes


def _check_record(record: dict[str, Any]) -> None:
    for name, each in record.get("metrics", {}).items():
        if each["value"] is None:
            raise RunError(f"{name} is not a finite number")


def _write_expected(notebook: Notebook, record: dict[str, Any], minutes: float) -> None:
    content = {
        "parameters": {name: each.value for name, each in notebook.parameters.items()},
        "metrics": record.get("metrics", {}),
        "claims": [claim["sentence"] for claim in record.get("claims", [])],
        "minutes": round(minutes, 1),
    }
    write_json(notebook.path.parent / "expected" / f"{notebook.chapter}.json", content)


def bare(executed: Path, minutes: float) -> str:
    """An executed notebook in the form that is stored, as text.

    Raises:
        RunError: an output may not be stored; names the cell.
    """
    import nbformat

    content = nbformat.read(executed, as_version=4)
    for cell in content.cells:
        kept = {name: cell.metadata[name] for name in ("tags", "mystnb") if cell.metadata.get(name)}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell)
        else:
            cell.source = MEASURED.sub(rf"\1 {minutes:.1f} minutes", cell.source)
    sha = source_sha(content.cells)
    content.metadata = nbformat.from_dict({"kernelspec": _KERNELSPEC, "mtrec": {"source_sha": sha}})
    content.nbformat_minor = 5
    _, content = nbformat.validator.normalize(content)
    nbformat.validate(content)
    return nbformat.writes(content) + "\n"


def _outputs(cell: Any) -> list[Any]:
    """Outputs without metadata, pictures small, neighbouring prints joined into one."""
    where = f"code cell {cell.execution_count} ({cell.source.splitlines()[0][:60]})"
    kept: list[Any] = []
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise RunError(f"{where} writes to stderr: {output.text.strip()[:300]}")
        if _WIDGET in output.get("data", {}):
            raise RunError(f"{where} leaves a widget or a progress bar: show it as text")
        if "metadata" in output:
            output.metadata = {}
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = small(output.data["image/png"])
        if kept and output.output_type == kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def main(names: list[str]) -> int:
    """Refresh the chapters that ``names`` name, or all; the number of failures."""
    failures = 0
    for notebook in select(names):
        try:
            minutes = refresh(notebook, Path("runs") / "refresh")
            print(f"✓ {notebook.name:<34}{minutes:6.1f} min", flush=True)
        except MtrecError as error:
            failures += 1
            print(f"✗ {error}", file=sys.stderr, flush=True)
    return failures


if __name__ == "__main__":
    from mtrec_lib.book.runs.terminal import stop_cleanly

    stop_cleanly()
    sys.exit(min(1, main(sys.argv[1:])))
