"""A cell is made once, and says by which code."""

import json

import pytest

from benchmarks._study import cells
from benchmarks._study.cells import Cells, provenance
from mtrec_lib.core import code_hash

PART = "benchmarks.balancing.step"  # any module


@pytest.fixture
def count():
    """A function that counts how often it was called."""

    def make() -> int:
        make.calls += 1
        return make.calls

    make.calls = 0
    return make


def some(folder, **options):
    made = Cells(PART, folder)
    for name, value in options.items():
        setattr(made, name, value)
    return made


def age(folder, code="0" * 64):
    """Write another hash of the code into the only cell."""
    (path,) = folder.glob("*.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    found["identity"]["code"] = code
    path.write_text(json.dumps(found), encoding="utf-8")


def test_a_finished_cell_is_read_from_its_file(tmp_path, count):
    assert [some(tmp_path).result("a b", 0, {"x": 1}, count) for _ in range(2)] == [1, 1]
    (path,) = tmp_path.glob("*.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert path.name.startswith("a-b.")
    assert (found["seed"], found["settings"], found["result"]) == (0, {"x": 1}, 1)
    assert found["identity"]["code"] == code_hash([PART])
    assert {"seconds", "load", "commit", "machine", "began", "modules"} <= set(found)


@pytest.mark.parametrize(
    "other",
    [("b", 0, {"x": 1}, "d"), ("a", 1, {"x": 1}, "d"), ("a", 0, {"x": 2}, "d"),
     ("a", 0, {"x": 1}, "e")],
    ids=["name", "seed", "settings", "data"],
)  # fmt: skip
def test_another_cell_is_made(tmp_path, count, other):
    made = some(tmp_path)
    made.result("a", 0, {"x": 1}, count, "d")
    name, seed, settings, data = other
    assert made.result(name, seed, settings, count, data) == 2
    assert made.result("a", 0, {"x": 1}, count, "d") == 1


def test_a_cell_of_an_older_code_is_used_and_said_to_be(tmp_path, count, capsys):
    some(tmp_path).result("a", 0, {}, count)
    age(tmp_path)
    made = some(tmp_path)
    assert made.result("a", 0, {}, count) == 1
    assert "a, seed 0: measured with older code" in capsys.readouterr().out
    assert provenance(made.used) == {"code": "0" * 64, "modules": [PART]}


def test_a_cell_of_an_older_code_is_made_again_on_demand(tmp_path, count):
    some(tmp_path).result("a", 0, {}, count)
    assert some(tmp_path, stale=True).result("a", 0, {}, count) == 1  # it is not stale
    age(tmp_path)
    assert some(tmp_path, stale=True).result("a", 0, {}, count) == 2
    assert some(tmp_path, force=True).result("a", 0, {}, count) == 3


def test_a_cell_that_was_cut_off_is_made_again(tmp_path, count):
    some(tmp_path).result("a", 0, {}, count)
    (path,) = tmp_path.glob("*.json")
    path.write_text(path.read_text(encoding="utf-8")[:40], encoding="utf-8")
    assert some(tmp_path).result("a", 0, {}, count) == 2


def test_a_cell_that_breaks_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError):
        some(tmp_path).result("a", 0, {}, lambda: 1 // 0)
    assert not list(tmp_path.iterdir())


def test_the_code_is_that_of_the_beginning(tmp_path, monkeypatch):
    hashes = iter(["before", "after", "after", "after"])
    monkeypatch.setattr(cells, "code_hash", lambda modules: next(hashes))
    # The first look says that it is missing and asks for no code; the making begins "before".
    some(tmp_path).result("a", 0, {}, lambda: 1)
    (path,) = tmp_path.glob("*.json")
    code = json.loads(path.read_text(encoding="utf-8"))["identity"]["code"]
    assert code == "before"


def test_cells_of_a_part_lie_below_runs():
    assert Cells("benchmarks.balancing.step").folder == cells.ROOT / "runs" / "balancing" / "step"


NOW = code_hash([PART])


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([NOW, NOW], {"code": NOW}),
        ([NOW, "old"], {"code": "old"}),
        ([NOW, None], {}),  # nobody knows: nothing is claimed
        (["old", None], {}),
    ],
)
def test_a_row_is_current_if_all_its_cells_are(codes, expected):
    made = provenance([((PART,), code) for code in codes])
    assert made == expected | {"modules": [PART]}


def test_a_row_of_several_modules_has_the_hash_of_all_of_them():
    both = ["benchmarks.balancing.step", "benchmarks.spine"]
    made = provenance([((name,), code_hash([name])) for name in both])
    assert made == {"code": code_hash(both), "modules": both}
