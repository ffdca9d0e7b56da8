"""Faults 19 and 46: no HOME, a folder that cannot be written, another locale."""

import os
import subprocess
import sys

import pytest

from mtrec_lib.core import home, writable
from mtrec_lib.core.errors import MtrecError
from tests.contracts.tree import ROOT


def _python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_46_a_folder_that_cannot_be_written_is_named_with_the_cure(tmp_path) -> None:
    blocked = tmp_path / "a-file" / "cache"
    blocked.parent.write_text("in the way", encoding="utf-8")
    with pytest.raises(MtrecError, match="MTREC_HOME") as caught:
        writable(blocked)
    assert str(blocked) in str(caught.value)


def test_46_the_cache_is_where_MTREC_HOME_says(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    assert home() == tmp_path


def test_46_the_library_imports_without_HOME_and_says_nothing() -> None:
    done = _python("import mtrec_lib as mt; mt.recommend.top; print(mt.core.home().name)")
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("mtrec\n", "")


def test_19_titles_are_written_and_read_in_a_locale_that_knows_no_unicode(tmp_path) -> None:
    code = f"""
from pathlib import Path
import polars as pl
from mtrec_lib.recommend import Recommendations, export
title = {"霸王别姬"!a}
frame = pl.DataFrame({{"rank": [1], "item_id": [7], "title": [title],
                      "categories": [[title]], "score": [0.5], "reason": ["history"]}})
for suffix in (".csv", ".json"):
    path = export(Recommendations(frame, model="m"), Path({str(tmp_path)!r}) / ("list" + suffix))
    assert title in path.read_text(encoding="utf-8")
"""
    done = _python(code, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
