"""A chapter whose packages are missing is skipped: neither done nor failed."""

import pytest
from click.testing import CliRunner

from mtrec_lib import cli
from mtrec_lib.book import needs
from mtrec_lib.book.errors import SkippedError
from mtrec_lib.book.runs.run_folders import RunFolder
from mtrec_lib.core.errors import ParameterError
from tests.book.tiny import start, write_notebook

EXTRAS = needs.__globals__["EXTRAS"]
LACKING = """
mt.book.needs.__globals__["EXTRAS"]["pretrained"] = ("no_such_package",)
mt.book.needs("pretrained")
"""


def test_an_unknown_extra_is_refused():
    with pytest.raises(ParameterError, match="must be one of pretrained, got 'gpu'"):
        needs("gpu")


def test_what_is_there_is_said(monkeypatch, capsys):
    monkeypatch.setitem(EXTRAS, "pretrained", ("json",))
    needs("pretrained")
    assert capsys.readouterr().out == "✓ the packages of mtrec[pretrained] are installed\n"


def test_what_is_missing_is_named_with_its_cure(monkeypatch):
    monkeypatch.setitem(EXTRAS, "pretrained", ("json", "no_such_package"))
    with pytest.raises(SkippedError, match=r"needs no_such_package, .*mtrec\[pretrained\]"):
        needs("pretrained")


@pytest.mark.slow
def test_a_skipped_chapter_is_reported_and_is_not_green(chapters, tmp_path):
    write_notebook(chapters / "98_lacking.ipynb", start("98"), LACKING)
    done = CliRunner().invoke(cli.main, ["run", "98", "--out", str(tmp_path / "runs")])
    folder = tmp_path / "runs" / "default" / "98_lacking"
    assert done.exit_code == 0, done.output
    assert "0 of 1 runs are whole, skipped: 98_lacking" in done.output
    assert "needs no_such_package" in done.output
    assert not (folder / "DONE.json").exists()
    assert RunFolder(folder).state == "skipped"
