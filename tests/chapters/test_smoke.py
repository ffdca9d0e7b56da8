"""Every chapter runs whole through the runner, under the smoke profile, with other parameters.

With another seed on its own data, and on two logs that a reader brings along: films with ratings,
and visits without any, where the tasks that need ratings are left out.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mtrec_lib.book.runs.notebooks import all_notebooks
from mtrec_lib.book.runs.runner import longest_first
from tests.contracts.tree import ROOT

CHAPTERS = [book.name for book in longest_first(all_notebooks(ROOT / "chapters"))]


def _run(chapter: str, out: Path, *parameters: str) -> subprocess.CompletedProcess[str]:
    options = [word for parameter in parameters for word in ("-p", parameter)]
    command = [sys.executable, "-m", "mtrec_lib.cli", "run", chapter]
    return subprocess.run(
        [*command, "--profile", "smoke", *options, "--out", str(out)],
        cwd=out,  # not the repository: a chapter must find its files wherever it is started
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


FIXTURES = ROOT / "data" / "fixtures"
CHANGES = {
    "seed": ("seed", 1),
    "films": ("dataset", str(FIXTURES / "films.toml")),
    "visits": ("dataset", str(FIXTURES / "visits.toml")),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_with_changed_parameters(chapter: str, change: str, tmp_path: Path) -> None:
    name, value = CHANGES[change]
    done = _run(chapter, tmp_path, f"{name}={value}")
    assert done.returncode == 0, done.stdout + done.stderr
    (finished,) = tmp_path.rglob("DONE.json")
    folder = finished.parent
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["parameters"][name] == value
    assert isinstance(json.loads((folder / "metrics.json").read_text(encoding="utf-8")), dict)
    assert list(folder.glob("*.ipynb"))
    assert not list(tmp_path.rglob("*.partial"))
