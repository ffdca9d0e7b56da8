"""Every id leads to the one part that makes it."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.__main__ import chosen, main
from benchmarks._study import rows
from benchmarks._study.routes import Part, parts, parts_for, record_of

RECORDS = sorted(rows.RESULTS.glob("*.json"))
RECORDED = {
    row["id"]: (path.stem, row)
    for path in RECORDS
    for row in json.loads(path.read_text(encoding="utf-8"))
}
# Of the issues, some of which nobody has measured yet.
PROMISED = {
    "book/minutes": "book",
    "book/system-time": "book",
    "book/memory": "book",
    "fresh/run": "fresh",
    "fresh/test": "fresh",
    "balancing/step/worst": "balancing.step",
    "balancing/delta-m/tuned-fixed-weights": "balancing.delta_m",
    "simulator/bits": "simulator.bits",
    "simulator/buy/bias": "simulator.click_buy",
    "simulator/click/auc": "simulator.click_buy",
    "next-item/million-items/memory": "next_item.million_items",
    "next-item/share-of-bound": "next_item.speed",
    "next-basket/recall/new": "next_basket",
    "pretrained/smollm2/speed": "pretrained.smollm2",
    "pretrained/smollm2/score-titles": "pretrained.score_titles",
    "spine/import": "spine",
}


@pytest.mark.parametrize("id", RECORDED)
def test_a_recorded_id_is_made_by_one_part_of_its_module_and_lies_in_its_record(id):
    record, row = RECORDED[id]
    (part,) = parts_for(id)
    assert part.name.split(".")[0] == record_of(id) == record
    assert row["command"] == rows.command(id)


@pytest.mark.parametrize("id", PROMISED)
def test_an_id_of_an_issue_is_made_by(id):
    assert [part.name for part in parts_for(id)] == [PROMISED[id]]


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_a_part_is_a_module_that_can_be_run_and_is_named_for_its_ids(part):
    spec = find_spec(part.module)
    assert spec is not None
    assert "def run(args" in Path(str(spec.origin)).read_text(encoding="utf-8")
    assert {record_of(id) for id in part.ids} == {part.name.split(".")[0]}


def test_no_two_parts_make_the_same_id():
    everything = parts()
    for part in everything:
        for id in part.ids:
            assert parts_for(id) == [part]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("balancing", ["balancing.step", "balancing.delta_m"]),
        ("balancing/", ["balancing.step", "balancing.delta_m"]),
        ("multi_task/gbdt", ["multi_task.gbdt"]),
        ("pretrained/smollm2", ["pretrained.smollm2", "pretrained.score_titles"]),
        ("balanc", []),
        ("simulator/sell", []),
        ("multi-task/gbd", []),
    ],
)
def test_the_beginning_of_an_id_stands_for_all_that_begin_so(word, expected):
    assert [part.name for part in parts_for(word)] == expected


def test_a_part_that_several_ids_name_runs_once_and_is_told_them():
    words = ["simulator/buy/bias", "simulator/click/auc"]
    (part,) = parts_for(words[0])
    assert chosen(words) == {part: words}


def test_what_takes_a_whole_book_runs_only_when_it_is_named():
    assert not {"fresh", "book"} & {part.name for part in chosen([])}
    assert len(chosen([])) == len(parts()) - 2


def test_an_unknown_id_is_refused_with_the_nearest(capsys):
    assert main(["balancing/stepp"]) == 2
    assert "did you mean balancing/step?" in capsys.readouterr().out


def test_a_part_makes_its_ids_and_no_others():
    part = Part("one.two", ("one/two",))
    assert part.makes("one/two/three")
    assert part.makes("one")
    assert not part.makes("one/twofold")


def test_make_bench_runs_what_makes_an_id():
    words = ["make", "--dry-run", "bench", "ONLY=simulator/buy/bias"]
    root = rows.ROOT
    shown = subprocess.run(words, cwd=root, capture_output=True, text=True, encoding="utf-8")
    assert "-m benchmarks simulator/buy/bias" in shown.stdout
    words = [sys.executable, "-m", "benchmarks", "simulator/buy/bias", "--which"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "benchmark simulator.click_buy\n")
