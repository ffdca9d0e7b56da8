"""A part is run, and its rows go into the record with the code that made them."""

import json
from types import SimpleNamespace

import pytest

from benchmarks._study import command
from benchmarks._study.cells import Cells
from benchmarks._study.routes import Part
from benchmarks._study.rows import merge, paired_row, row
from mtrec_lib.core import code_hash

MODULE = "benchmarks.balancing.step"


def a_row(id="balancing/step/worst", ours=3.0):
    return row(id, "one over another", ours, 2.0, "s", [2.5, 3.5], 4, 5)


@pytest.fixture
def part(monkeypatch):
    """A part that is run instead of the real one."""
    made = SimpleNamespace(run=lambda args: [a_row() | {"by_seed": [1.4, 1.6]}])
    monkeypatch.setattr(command, "import_module", lambda name: made)
    return made


def run(folder, *options):
    return command.main(["balancing.step", *options], folder)


def test_rows_and_page_are_written_with_the_code(part, tmp_path):
    assert run(tmp_path) == 0
    (found,) = json.loads((tmp_path / "balancing.json").read_text(encoding="utf-8"))
    assert found["ratio"] == 1.5
    assert (found["modules"], found["code"]) == ([MODULE], code_hash([MODULE]))
    assert found["command"] == "python -m benchmarks balancing/step/worst"
    page = (tmp_path / "balancing.md").read_text(encoding="utf-8").splitlines()
    line = "| `balancing/step/worst` | one over another | 3 | 2 | **1.500** | 2.5 to 3.5 | 5 |"
    assert line in page
    assert "- by_seed: [1.4, 1.6]" in page


def test_a_page_marks_what_an_older_code_made(part, tmp_path):
    part.run = lambda args: [a_row() | {"code": "older", "modules": [MODULE]}]
    assert run(tmp_path) == 0
    page = (tmp_path / "balancing.md").read_text(encoding="utf-8")
    assert "| `balancing/step/worst`* |" in page


def test_options_reach_the_cells(part, tmp_path):
    part.CELLS = Cells(MODULE, tmp_path)
    assert run(tmp_path, "--force") == 0
    assert (part.CELLS.force, part.CELLS.stale) == (True, False)


def test_a_row_is_as_old_as_the_cells_that_it_rests_on(part, tmp_path):
    part.CELLS = Cells(MODULE, tmp_path)

    def measured(args):
        part.CELLS.used.append(((MODULE,), "older"))
        return [a_row()]

    part.run = measured
    assert run(tmp_path) == 0
    (found,) = json.loads((tmp_path / "balancing.json").read_text(encoding="utf-8"))
    assert found["code"] == "older"


def test_seconds_are_measured_on_a_quiet_machine_and_the_row_says_how_quiet(
    part, tmp_path, monkeypatch
):
    part.QUIET = True
    monkeypatch.setattr(command, "wait_until_quiet", lambda go_on: 0.07 if not go_on else 1.5)
    assert run(tmp_path) == run(tmp_path) == 0
    (found,) = json.loads((tmp_path / "balancing.json").read_text(encoding="utf-8"))
    assert found["busy_cores_before"] == 0.07
    assert run(tmp_path, "--busy") == 0
    (found,) = json.loads((tmp_path / "balancing.json").read_text(encoding="utf-8"))
    assert found["busy_cores_before"] == 1.5


def test_a_part_that_breaks_is_said_to_and_leaves_the_record(part, tmp_path, capsys):
    part.run = lambda args: int("x")
    assert run(tmp_path) == 1
    assert "broken" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_part_may_only_make_what_it_is_registered_for(part, tmp_path, capsys):
    part.run = lambda args: [a_row("balancing/cost")]
    assert run(tmp_path) == 1
    assert "balancing/cost" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    assert not Part("balancing.step", ("balancing/step",)).makes("balancing/cost")


def test_cells_that_broke_make_the_command_fail_and_the_other_rows_stay(part, tmp_path):
    def measured(args):
        args.broken = ["peer.0"]
        return [a_row()]

    part.run = measured
    assert run(tmp_path) == 1
    assert (tmp_path / "balancing.json").is_file()


def test_a_record_keeps_the_rows_of_other_parts_and_takes_no_rows_of_other_records(tmp_path):
    merge("some", [{"id": "some/a", "ratio": 1.0}, {"id": "some/b", "ratio": 2.0}], tmp_path)
    more = [{"id": "some/c", "ratio": 4.0}, {"id": "some/a", "ratio": 3.0}, {"id": "other/d"}]
    path = merge("some", more, tmp_path)
    found = json.loads(path.read_text(encoding="utf-8"))
    ratios = [(row["id"], row["ratio"]) for row in found]
    assert ratios == [("some/a", 3.0), ("some/b", 2.0), ("some/c", 4.0)]


def test_a_paired_row_says_what_the_comparison_says():
    paired = SimpleNamespace(
        metric="ndcg@10", a=0.12, b=0.1, ratio=1.19996, ratio_low=1.1, ratio_high=1.3,
        users=943, seeds=(5, 1),
    )  # fmt: skip
    made = paired_row("next-item/ndcg/side", "ours over theirs", paired)
    assert (made["ours"], made["peer"], made["ratio"]) == (0.12, 0.1, 1.2)
    assert (made["interval"], made["unit"], made["n"]) == ([1.1, 1.3], "ndcg@10", 943)
    assert (made["seeds"], made["peer_seeds"]) == (5, 1)
    pooled = paired_row("next-item/ndcg/side", "", paired, unit="share", n=50, draws=3)
    assert (pooled["unit"], pooled["n"], pooled["seeds"], pooled["peer_seeds"]) == (
        "share",
        50,
        3,
        3,
    )
