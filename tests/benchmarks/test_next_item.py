"""The comparison with peers, on a tiny split, with a peer that needs no environment."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mtrec_lib as mt
from benchmarks import _windows
from benchmarks.next_item import __main__ as command
from benchmarks.next_item import rows
from benchmarks.next_item.cells import Answers
from benchmarks.next_item.code import code_hash
from benchmarks.next_item.environments import python_of
from benchmarks.next_item.peers._given import TEST, VALIDATION, Diary, Given
from benchmarks.next_item.study import HERE, Study
from mtrec_lib.core.errors import MtrecError

FOLDER = Path(__file__).resolve().parent


def study_in(folder: Path, settings: Path = FOLDER / "next_item.toml") -> Study:
    return Study(settings, folder / "cells", folder / "scratch", scripts=FOLDER)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The tiny study, run once: the folder, and the exit code."""
    folder = tmp_path_factory.mktemp("study")
    return folder, command.main(["--only", "."], study_in(folder), folder)


@pytest.mark.slow
def test_every_cell_that_works_leaves_a_result_and_a_broken_one_none(done):
    folder, code = done
    names = {path.stem for path in (folder / "cells").glob("*.json")}
    assert code == 1  # one cell is made to fail
    assert names == {"fake.0", "decayed-counts.0", "tiny.0"}


@pytest.mark.slow
def test_finished_cells_are_skipped_and_the_broken_one_is_tried_again(done, capsys):
    folder, _ = done
    before = {path: path.stat().st_mtime_ns for path in (folder / "cells").glob("*.json")}
    assert command.main(["--only", "."], study_in(folder), folder) == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert "peers/broken.0" in capsys.readouterr().out


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
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")  # cut off while it was written
    assert [cell.state() for cell in study_in(folder).cells("peers")] == ["missing", "missing"]
    path.write_text(whole, encoding="utf-8")


@pytest.mark.slow
def test_record_and_page_are_written_from_the_cells(done):
    folder, _ = done
    record = json.loads((folder / "next_item.json").read_text(encoding="utf-8"))
    ids = {row["id"] for row in record}
    assert {"next-item/ndcg/side", "next-item/ndcg/ids"} <= ids
    for row in record:
        assert row["interval"][0] <= row["ratio"] <= row["interval"][1]
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"], rel=0.02, abs=1e-3)
    page = (folder / "next_item.md").read_text(encoding="utf-8")
    assert "| tiny | 1 |" in page
    assert "| fake | 1 |" in page


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
        places = {"commit": "", "machine": "", "load": 0.0}
        return {"cell": name, "curve": curve, "validation": {"ndcg@10": max(values)}, **places}

    peers = {"weak": [cell("weak", 0.3)], "strong": [cell("strong", 0.1, 0.4, 0.5, 0.2)]}
    row = rows.seconds_to_peer([cell("ours", 0.5), cell("ours", 0.1, 0.6)], peers)
    assert row["against"] == "strong"
    assert row["peer"] == 60.0  # its best is its third epoch
    assert row["ours"] == 30.0  # 20 and 40 s
    assert row["wall_seconds"] == [15.0, 30.0]
    assert row["ratio_of_wall_seconds"] == 0.5
    assert rows.seconds_to_peer([cell("ours", 0.4)], peers) is None


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


def test_code_is_what_it_does(tmp_path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text('"""Says."""\ndef f():\n    """Says."""\n    return 1\n', encoding="utf-8")
    two.write_text('"""Tells."""\n\ndef f():\n    return 1  # one\n', encoding="utf-8")
    assert code_hash([one]) == code_hash([two])
    other = tmp_path / "other.py"
    other.write_text("def f():\n    return 2\n", encoding="utf-8")
    assert code_hash([one]) != code_hash([other])


def test_an_unknown_environment_is_refused():
    with pytest.raises(MtrecError, match="no environment 'recbol'"):
        python_of("recbol")
    assert python_of("") == Path(sys.executable)


def test_the_settings_name_scripts_and_lists_that_exist():
    told = Study().told
    for table in told["peers"].values():
        assert (HERE / "peers" / table["script"]).is_file()
        assert (HERE / "requirements" / f"{table['environment']}.txt").is_file()
    assert set(told["rows"].values()) <= set(told["ours"])


def test_the_id_of_a_row_names_its_benchmark():
    words = [sys.executable, "-m", "benchmarks", "next-item/ndcg/side", "--help"]
    done = subprocess.run(
        words, capture_output=True, text=True, encoding="utf-8", cwd=FOLDER.parents[1]
    )
    assert done.returncode == 0
    assert "--stale" in done.stdout
