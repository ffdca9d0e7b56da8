"""The comparison with peers, on a tiny split, with a peer that needs no environment."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import mtrec_lib as mt
from benchmarks import _windows
from benchmarks._study import command
from benchmarks._study.environments import python_of
from benchmarks.next_item import page, quality, records
from benchmarks.next_item.cells import Answers
from benchmarks.next_item.peers._given import TEST, VALIDATION, Diary, Given
from benchmarks.next_item.study import HERE, Study, peer_python
from mtrec_lib.core import code_hash
from mtrec_lib.core.errors import MtrecError

FOLDER = Path(__file__).resolve().parent


def study_in(folder: Path, settings: Path = FOLDER / "next_item.toml") -> Study:
    return Study(settings, folder / "cells", folder / "scratch", scripts=FOLDER)


def measure(folder: Path, *words: str):
    """The part ``quality`` of the tiny study: its rows, and the cells that broke."""
    args = command.parser().parse_args(list(words))
    return quality.run(args, study_in(folder)), args.broken


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The tiny study, run once: the folder, and what it answered."""
    folder = tmp_path_factory.mktemp("study")
    return folder, measure(folder)


@pytest.mark.slow
def test_every_cell_that_works_leaves_a_result_and_a_broken_one_none(done):
    folder, (_, broken) = done
    names = {path.stem for path in (folder / "cells").glob("*.json")}
    assert broken == ["broken.0"]  # it is made to fail
    assert names == {"fake.0", "decayed-counts.0", "tiny.0"}


@pytest.mark.slow
def test_finished_cells_are_skipped_and_the_broken_one_is_tried_again(done, capsys):
    folder, _ = done
    before = {path: path.stat().st_mtime_ns for path in (folder / "cells").glob("*.json")}
    assert measure(folder)[1] == ["broken.0"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert "broken.0" in capsys.readouterr().out


@pytest.mark.slow
def test_a_changed_setting_makes_its_cells_anew_and_changed_code_is_said(done, tmp_path):
    folder, _ = done
    changed = tmp_path / "changed.toml"
    text = (FOLDER / "next_item.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace("width = 8", "width = 16"), encoding="utf-8")
    states = [cell.state() for cell in study_in(folder, changed).cells("ours")]
    assert states == ["missing"]
    path = folder / "cells" / "fake.0.json"
    whole = path.read_text(encoding="utf-8")
    found = json.loads(whole)
    found["identity"]["code"] = "another"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert study_in(folder).found("peers")["fake"][0]["stale"]
    (row, *_), _ = measure(folder, "--page")
    assert row["code"] == "another"  # so a reader is told that the code is older
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")  # cut off while it was written
    assert [cell.state() for cell in study_in(folder).cells("peers")] == ["missing", "missing"]
    path.write_text(whole, encoding="utf-8")


@pytest.mark.slow
def test_rows_and_page_are_made_of_the_cells(done):
    folder, (rows, _) = done
    assert {"next-item/ndcg/side", "next-item/ndcg/ids"} <= {row["id"] for row in rows}
    for row in rows:
        assert row["interval"][0] <= row["ratio"] <= row["interval"][1]
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"], rel=0.02, abs=1e-3)
        assert row["code"] == code_hash(row["modules"])
    text = page.text("next_item", rows, study_in(folder))
    assert "| tiny | 1 |" in text
    assert "| fake | 1 |" in text


@pytest.mark.slow
def test_ranks_are_those_of_our_own_protocol(done):
    folder, _ = done
    study = study_in(folder)
    found = study.found("counts")["decayed-counts"][0]
    for part in ("validation", "test"):
        direct = mt.evaluation.rank(
            mt.baselines.DecayedCounts().fit(study.split), study.split, part
        )
        assert Answers(found, part).per_user["ndcg@10"].mean() == direct.metrics["ndcg@10"]
        assert found[part]["ndcg@10"] == direct.metrics["ndcg@10"]
    assert found["curve"][0]["ndcg@10"] == pytest.approx(found["validation"]["ndcg@10"], abs=1e-5)


@pytest.fixture
def given(tmp_path):
    """Two people, four items: u0 took 0, 1, then 2, then 3; u1 took 3, then 0, then 1."""
    path = tmp_path / "split.npz"
    columns = {
        "user": [0, 0, 0, 0, 1, 1, 1],
        "item": [0, 1, 2, 3, 3, 0, 1],
        "part": [0, 0, 1, 2, 0, 1, 2],
    }
    np.savez(path, size=4, masked=True, **{k: np.array(v) for k, v in columns.items()})
    return Given(str(path))


def test_what_a_peer_is_given(given):
    assert [past.tolist() for past in given.past(VALIDATION)] == [[0, 1], [3]]
    assert [past.tolist() for past in given.past(TEST)] == [[0, 1, 2], [3, 0]]
    assert given.asked(TEST)[1].tolist() == [3, 1]


def test_ndcg_masks_what_was_seen_and_counts_ties_against_the_model(given):
    # u0: 0 and 1 are masked, 2 beats 3: rank 1. u1: 3 is masked, 0 ties with 1 and 2: rank 3.
    scores = np.array([[9.0, 9.0, 2.0, 1.0], [1.0, 1.0, 1.0, 9.0]])
    assert given.ndcg(scores, VALIDATION) == pytest.approx((1 + 1 / np.log2(4)) / 2)


def test_a_diary_keeps_the_best_epoch_and_stops_when_patience_ends(given, tmp_path):
    good = np.array([[0.0, 0.0, 2.0, 1.0], [2.0, 1.0, 1.0, 0.0]])
    diary = Diary(given, patience=2, max_seconds=60)
    assert diary.epoch(lambda part: good)
    assert diary.epoch(lambda part: -good)
    assert not diary.epoch(lambda part: -good)
    diary.write(tmp_path)
    assert np.load(tmp_path / "scores.npz")["test"].tolist() == good.tolist()
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [point["epoch"] for point in report["curve"]] == [1, 2, 3]


def test_seconds_are_read_off_the_curve_and_a_goal_that_is_missed_gives_no_row():
    def cell(name, *values):
        curve = [
            {"ndcg@10": v, "seconds": 10.0 * (n + 1), "cpu_seconds": 20.0 * (n + 1)}
            for n, v in enumerate(values)
        ]
        places = {"commit": "", "machine": "", "load": 0.0, "modules": (), "identity": {}}
        return {"cell": name, "curve": curve, "validation": {"ndcg@10": max(values)}, **places}

    peers = {"weak": [cell("weak", 0.3)], "strong": [cell("strong", 0.1, 0.4, 0.5, 0.2)]}
    row = records.seconds_to_peer([cell("ours", 0.5), cell("ours", 0.1, 0.6)], peers)
    assert row["against"] == "strong"
    assert row["peer"] == 60.0  # its best is its third epoch
    assert row["ours"] == 30.0  # 20 and 40 s
    assert row["wall_seconds"] == [15.0, 30.0]
    assert row["ratio_of_wall_seconds"] == 0.5
    assert records.seconds_to_peer([cell("ours", 0.4)], peers) is None


def test_a_ratio_of_speeds_is_of_medians_and_its_interval_by_round():
    windows = {"a": [{"n": 4.0}, {"n": 6.0}, {"n": 9.0}], "b": [{"n": 2.0}, {"n": 2.0}, {"n": 3.0}]}
    assert _windows.ratio(windows, "a", "b", "n") == (6.0, 2.0, [2.0, 3.0])


def test_workers_take_turns_and_a_dead_one_is_named(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(HERE / 'peers')!r})\n"
        "from _gate import Gate\n"
        "gate = Gate()\n"
        "go = gate.ready(memory_mb=1)\n"
        "while go: go = gate.count(sequences=64)\n"
    )
    two = {role: [sys.executable, "-c", code] for role in ("ours padded", "peer")}
    found, about = _windows.in_turn(two, tmp_path, windows=2, seconds=0.01)
    assert [said["memory_mb"] for said in about.values()] == [1, 1]
    assert [len(windows) for windows in found.values()] == [2, 2]
    assert min(w["sequences"] for windows in found.values() for w in windows) > 0
    dead = {"peer": [sys.executable, "-c", "raise SystemExit(5)"]}
    with pytest.raises(ValueError, match="peer ended with code 5"):
        _windows.in_turn(dead, tmp_path, windows=1, seconds=0.01)


def test_an_unknown_environment_is_refused():
    with pytest.raises(MtrecError, match="no environment 'recbol'"):
        peer_python("recbol")
    assert python_of("", HERE) == Path(sys.executable)


def test_the_settings_name_scripts_and_lists_that_exist():
    told = Study().told
    for table in told["peers"].values():
        assert (HERE / "peers" / table["script"]).is_file()
        assert (HERE / "requirements" / f"{table['environment']}.txt").is_file()
    assert set(told["rows"].values()) <= set(told["ours"])


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([], {"fake", "broken", "decayed-counts", "tiny"}),
        (["next-item/ndcg/side"], {"fake", "broken", "decayed-counts", "tiny"}),
        (["next-item/ndcg/ids"], {"fake", "broken", "tiny"}),  # no counts stand beside it
        (["next_item"], {"fake", "broken", "decayed-counts", "tiny"}),
    ],
)
def test_the_cells_behind_a_row(tmp_path, ids, expected):
    assert {cell.name for cell in quality.needed(study_in(tmp_path), ids)} == expected
