"""nbval: every stored output is what its cell prints today."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mtrec_lib.book.runs.kernels import environment
from mtrec_lib.book.runs.notebooks import all_notebooks
from mtrec_lib.book.runs.runner import longest_first
from tests.contracts.tree import ROOT

CHAPTERS = [book.path for book in longest_first(all_notebooks(ROOT / "chapters"))]
# A dead kernel waits out the whole cell time-out, and nbval's own is 2,000 s.
OPTIONS = [
    "--nbval",
    "--nbval-current-env",
    "--nbval-cell-timeout=900",
    "--nbval-sanitize-with=mtrec_lib/book/sanitize.cfg",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-o",
    "addopts=",
    "-o",
    "filterwarnings=default",
    "-q",
]


def _checked_cells(chapter: Path) -> int:
    """Code cells that ran, printed something, and are not left out of the comparison."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return sum(
        bool(cell.get("execution_count") and cell.get("outputs"))
        and "nbval-ignore-output" not in cell["metadata"].get("tags", [])
        for cell in cells
        if cell["cell_type"] == "code"
    )


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_stored_outputs_are_todays(chapter: Path) -> None:
    # A stripped notebook would pass unchecked.
    assert _checked_cells(chapter) > 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, str(chapter)],
        cwd=ROOT,
        env=environment({}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=2400,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)
