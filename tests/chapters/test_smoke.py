"""Every chapter runs whole through the runner, under the smoke profile, with another seed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.tree import ROOT

CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


def _run(chapter: str, out: Path, *parameters: str) -> subprocess.CompletedProcess[str]:
    options = [word for parameter in parameters for word in ("-p", parameter)]
    command = [sys.executable, "-m", "mtrec_lib.cli", "run", chapter.partition("_")[0]]
    return subprocess.run(
        [*command, "--profile", "smoke", *options, "--out", str(out)],
        cwd=out,  # not the repository: a chapter must find its files wherever it is started
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_with_changed_parameters(chapter: str, tmp_path: Path) -> None:
    done = _run(chapter, tmp_path, "seed=1")
    assert done.returncode == 0, done.stdout + done.stderr
    (finished,) = tmp_path.rglob("DONE.json")
    folder = finished.parent
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["parameters"]["seed"] == 1
    assert isinstance(json.loads((folder / "metrics.json").read_text(encoding="utf-8")), dict)
    assert list(folder.glob("*.ipynb"))
    assert not list(tmp_path.rglob("*.partial"))
