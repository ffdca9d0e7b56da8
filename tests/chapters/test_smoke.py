"""Every chapter runs whole through the runner, under the smoke profile, with other parameters.

With another seed on its own data, and on two logs that a reader brings along: films with ratings,
and visits without any, where the tasks that need ratings are left out. Each run has a kernel of
its own; the runner itself is that of this process, which need not be started for each of them.
"""

from pathlib import Path

import pytest

from mtrec_lib.book.runs.jobs import plan
from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks
from mtrec_lib.book.runs.profiles import load_profile
from mtrec_lib.book.runs.runner import longest_first, run_job
from tests.contracts.tree import ROOT

CHAPTERS = longest_first(all_notebooks(ROOT / "chapters"))
FIXTURES = ROOT / "data" / "fixtures"
CHANGES = {
    "seed": ("seed", 1),
    "films": ("dataset", str(FIXTURES / "films.toml")),
    "visits": ("dataset", str(FIXTURES / "visits.toml")),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda book: book.name)
def test_a_chapter_runs_with_changed_parameters(
    chapter: Notebook, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the repository: a chapter must find its files wherever it is started.
    monkeypatch.chdir(tmp_path)
    name, value = CHANGES[change]
    profile = load_profile("smoke", ROOT / "chapters")
    (job,) = plan([chapter], profile, {name: str(value)}, Path("runs"))
    outcome = run_job(job)
    assert outcome.state == "done", outcome.message
    run = job.run_folder
    assert run.whole
    assert run.config["parameters"][name] == value
    assert isinstance(run.metrics, dict)
    assert run.notebook.is_file()
    assert not list(tmp_path.rglob("*.partial"))
