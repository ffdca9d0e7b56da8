"""Scratch folders, locks, results and the page about them."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mtrec_lib.book.runs.locks import locked
from mtrec_lib.book.runs.page import write_page
from mtrec_lib.book.runs.run_folders import RunFolder, collect
from mtrec_lib.book.runs.stored import drift
from mtrec_lib.book.runs.terminal import metric_table, result_table
from mtrec_lib.core import write_json, write_text
from mtrec_lib.core.errors import LockedError

ONE, TWO = {"notebook": "1"}, {"notebook": "2"}


def _run(folder, identity=ONE, metrics=(), claims=(), **files):
    run = RunFolder(folder)
    run.prepare(identity)
    numbers = {name: {"value": value} for name, value in dict(metrics).items()}
    write_json(run.scratch / "record.json", {"metrics": numbers, "claims": list(claims)})
    for name, content in files.items():
        write_json(run.scratch / f"{name}.json", content)
    run.place(identity, {"minutes": 0.5, "gigabytes": 1.25})
    return run


def test_a_run_is_done_only_for_its_identity_and_whole(tmp_path):
    assert not RunFolder(tmp_path / "04_lms").is_done(ONE)
    run = _run(tmp_path / "04_lms", metrics={"loss": 1.0})
    assert run.is_done(ONE)
    assert not run.is_done(TWO)
    write_json(run.path / "metrics.json", {"loss": 2.0})
    assert not run.is_done(ONE)


def test_a_new_run_replaces_the_old_one_whole(tmp_path):
    folder = tmp_path / "04_lms"
    _run(folder, old={})
    _run(folder, TWO, new={})
    assert sorted(path.name for path in folder.iterdir()) == [
        "DONE.json",
        "claims.json",
        "config.json",
        "metrics.json",
        "new.json",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["04_lms"]


def test_a_failure_keeps_the_older_run_but_is_not_done(tmp_path):
    run = _run(tmp_path / "04_lms", metrics={"loss": 1.0})
    run.prepare(ONE)
    write_text(run.executed, "{}")
    failed = run.keep_failed({"reason": "no"})
    assert failed.name == "04_lms.failed.ipynb"
    assert not run.is_done(ONE)
    (result,) = collect([tmp_path])
    assert (result.failure, result.metrics) == ("no", {"loss": 1.0})


def test_39_checkpoints_of_an_interrupted_run_stay_for_the_same_run_only(tmp_path):
    run = RunFolder(tmp_path / "04_lms")
    assert not run.prepare(ONE)
    write_text(run.scratch / "checkpoints" / "last", "weights")
    write_text(run.executed, "half")
    assert run.prepare(ONE)
    assert (run.scratch / "checkpoints" / "last").exists()
    assert not run.executed.exists()
    run.prepare(TWO)
    assert not (run.scratch / "checkpoints").exists()


def test_a_crash_between_the_two_renames_loses_nothing(tmp_path):
    run = _run(tmp_path / "04_lms")
    run.path.rename(tmp_path / ".04_lms.old")
    run.prepare(ONE)
    assert run.is_done(ONE)


def test_the_kernel_is_told_absolute_places_whatever_folder_it_works_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = RunFolder(Path("runs") / "04_lms")
    run.prepare(ONE)
    variables = run.announce(Path("chapters"), "smoke", ["epochs"])
    assert all(Path(each).is_absolute() for each in variables.values())
    assert Path(variables["MTREC_RUN"]).is_relative_to(tmp_path / "runs")
    assert variables["MTREC_CHAPTERS"] == str(tmp_path / "chapters")


def test_a_lock_is_held_by_one_and_given_back(tmp_path):
    folder = tmp_path / "04_lms"
    refused = pytest.raises(LockedError, match=rf"pid {os.getpid()} since .*--run-id")
    with locked(folder), refused, locked(folder):
        pass
    with locked(folder) as dead:
        assert dead is None


def test_a_lock_of_a_dead_process_is_taken_over(tmp_path):
    (tmp_path / ".04_lms.lock").write_text('{"pid": 4194304, "since": "then"}', encoding="utf-8")
    with locked(tmp_path / "04_lms") as dead:
        assert dead == 4194304


def test_drift_is_what_lies_outside_the_tolerance():
    stored = {"loss": {"value": 1.0, "tol": 0.1}, "auc": {"value": 0.5, "tol": 0.0}}
    assert drift({"loss": 1.05, "auc": 0.5}, stored) == []
    assert drift({"loss": 1.2, "new": 1.0}, stored) == [
        "new is not stored",
        "loss is 1.2, stored 1 ± 0.1",
        "auc is missing, stored 0.5",
    ]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]


@pytest.fixture
def runs(tmp_path):
    """One whole run whose words are hostile, and one failure."""
    evil = "<script>alert(1)</script>"
    folder = tmp_path / "04_lms"
    claims = [{"sentence": f"{evil} holds", "truth": truth} for truth in (True, False, None)]
    image = {"image/png": 'iVBORw0KGgo="><script>'}
    cell = {
        "cell_type": "code",
        "source": "",
        "metadata": {"mystnb": {"image": {"alt": f'"{evil}'}}},
        "outputs": [{"data": image}],
    }
    head = {"cell_type": "markdown", "source": f"# {evil}", "metadata": {}}
    _run(folder, metrics={f"{evil}.x": 0.125, "nan": None}, claims=claims)
    write_json(folder / "04_lms.ipynb", {"cells": [head, cell]})
    write_json(tmp_path / "07_tasks" / "failed.json", {"reason": f"cell 3: {evil}", "minutes": 1})
    return tmp_path


def test_18_the_page_escapes_every_text_and_needs_no_network(runs):
    text = write_page(collect([runs]), runs / "index.html", "default").read_text(encoding="utf-8")
    seen = _Tags()
    seen.feed(text)
    assert not {"script", "iframe", "link"} & set(seen.tags)
    assert all(re.match(r"#|data:image/png;base64,|0\d_", link) for link in seen.links)
    assert "alert(1)" in text
    assert "07_tasks" in text


def test_runs_are_tabled(runs, capsys):
    from rich.console import Console

    console = Console(width=120)
    collected = collect([runs])
    console.print(result_table(collected), metric_table(collected))
    out = capsys.readouterr().out
    assert "1 of 3" in out
    assert "0.125" in out
    assert "1.2" in out  # the gigabytes
    assert "failed" in out


def test_a_single_run_can_be_named(runs):
    assert collect([runs / "04_lms"]) == [RunFolder(runs / "04_lms")]
    assert collect([runs / "nothing"]) == []
