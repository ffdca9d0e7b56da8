"""What is stored in chapters/, and how nbval reads it (faults 13 to 17)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import mtrec_lib.book
from mtrec_lib.book.runs.notebooks import Notebook
from mtrec_lib.book.runs.refresh import Cost, bare, refresh
from mtrec_lib.core.errors import RunError
from tests.book.tiny import start, write_notebook

SANITIZE = Path(mtrec_lib.book.__file__).with_name("sanitize.cfg")
SHOW = "mt.book.show('gpt.loss', 1.25, tol=0.5)"
CLAIM = "mt.book.claim('it holds', True)"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A chapter that was refreshed, with a number, a claim and two prints."""
    folder = tmp_path_factory.mktemp("stored")
    path = folder / "chapters" / "04_lms.ipynb"
    write_notebook(path, start("04"), SHOW, CLAIM, "print(1)\nprint(2)")
    content = nbformat.read(path, as_version=4)
    content.cells[2].metadata["collapsed"] = True
    nbformat.write(content, path)
    refresh(Notebook(path), folder / "work")
    return path


@pytest.mark.slow
def test_the_stored_form_is_bare(stored):
    content = nbformat.read(stored, as_version=nbformat.NO_CONVERT)
    assert (content.nbformat, content.nbformat_minor) == (4, 5)
    assert set(content.metadata) == {"kernelspec", "mtrec"}
    assert content.metadata.kernelspec.name == "python3"
    assert content.metadata.mtrec.source_sha == Notebook(stored).source_sha
    assert [cell.metadata for cell in content.cells if cell.metadata] == [{"tags": ["parameters"]}]


@pytest.mark.slow
def test_13_cells_ran_in_order_from_a_fresh_kernel(stored):
    assert [cell["execution_count"] for cell in Notebook(stored).code] == list(range(1, 7))


@pytest.mark.slow
def test_a_number_and_a_claim_at_the_end_of_a_cell_are_said_once(stored):
    printed = [cell["outputs"] for cell in Notebook(stored).code[3:5]]
    assert [[output["output_type"] for output in outputs] for outputs in printed] == [
        ["stream"]
    ] * 2


@pytest.mark.slow
def test_prints_of_one_cell_are_one_output(stored):
    (output,) = Notebook(stored).code[-1]["outputs"]
    assert "".join(output["text"]) == "1\n2\n"


@pytest.mark.slow
def test_the_measured_minutes_and_memory_stand_in_the_promise(stored):
    expected = json.loads((stored.parent / "expected" / "04.json").read_text(encoding="utf-8"))
    cost = f"{expected['minutes']:.1f} minutes, {expected['gigabytes']:.1f} GB"
    assert f"**Measured:** {cost}" in stored.read_text(encoding="utf-8")
    # A kernel that has imported the library holds more than 50 MB and less than a gigabyte.
    assert 0.05 < expected["gigabytes"] < 1


def test_a_promise_that_holds_both_already_gets_the_new_ones(tmp_path):
    path = write_notebook(tmp_path / "04_lms.ipynb")
    old = path.read_text(encoding="utf-8")
    path.write_text(old.replace("0.0 minutes", "9.9 minutes, 9.9 GB"), encoding="utf-8")
    assert '**Measured:** 1.5 minutes, 0.7 GB"' in bare(path, Cost(1.5, 0.7))


@pytest.mark.slow
def test_the_expected_numbers_are_exact(stored):
    expected = json.loads((stored.parent / "expected" / "04.json").read_text(encoding="utf-8"))
    assert expected["metrics"] == {"gpt.loss": {"value": 1.25, "tol": 0.5}}
    assert expected["claims"] == ["it holds"]
    assert expected["parameters"] == {"epochs": 3, "seed": 0}


def _nbval(path: Path) -> subprocess.CompletedProcess[str]:
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}", "-q"]
    plain = ["-p", "no:cacheprovider", "-p", "no:xdist", "-c", "none.ini", "--rootdir", "."]
    (path.parent / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *plain, path.name],
        cwd=path.parent,
        env=os.environ
        | {"PYTHONPATH": str(SANITIZE.parents[2]), "MTREC_CHAPTERS": str(path.parent)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.slow
def test_16_nbval_takes_another_number_behind_the_mark_and_nothing_else(stored, tmp_path):
    text = stored.read_text(encoding="utf-8")
    other = tmp_path / "04_lms.ipynb"
    other.write_text(text.replace("gpt.loss ≈ 1.25", "gpt.loss ≈ 1.2517"), encoding="utf-8")
    assert _nbval(other).returncode == 0
    other.write_text(text.replace("✓ it holds", "✗ it holds"), encoding="utf-8")
    done = _nbval(other)
    assert done.returncode == 1
    assert "1 failed" in done.stdout


@pytest.mark.slow
def test_a_failure_leaves_the_stored_form_untouched(tmp_path):
    path = tmp_path / "chapters" / "04_lms.ipynb"
    write_notebook(path, start("04"), "mt.book.claim('two is three', 2 == 3)")
    before = path.read_bytes()
    with pytest.raises(RunError, match=r"ClaimError.*two is three(?s:.*)failed\.ipynb"):
        refresh(Notebook(path), tmp_path / "work")
    assert path.read_bytes() == before
    assert not (path.parent / "expected").exists()


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (nbformat.v4.new_output("stream", name="stderr", text="careful"), "stderr: careful"),
        (
            nbformat.v4.new_output(
                "display_data", {"application/vnd.jupyter.widget-view+json": {}}
            ),
            "widget",
        ),
    ],
)
def test_17_what_may_not_be_stored_is_refused_with_its_cell(tmp_path, output, message):
    path = write_notebook(tmp_path / "04_lms.ipynb", "print(1)")
    content = nbformat.read(path, as_version=4)
    content.cells[-1].outputs = [output]
    nbformat.write(content, path)
    with pytest.raises(RunError, match=message) as caught:
        bare(path, Cost(1.0, 0.5))
    assert "print(1)" in str(caught.value)
