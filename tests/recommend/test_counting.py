"""A list from plain counts: quick, without a deep learning library, never stale."""

import subprocess
import sys
from functools import partial

import pytest

import mtrec_lib as mt
from mtrec_lib.core import fingerprint
from mtrec_lib.recommend import counting

COMMAND = """
import sys
from mtrec_lib.cli import main
try:
    main(["recommend", "--dataset", "simulator", "--k", "2", *sys.argv[1:]])
finally:
    print(sorted({"tensorflow", "keras", "sklearn", "matplotlib", "pandera"} & set(sys.modules)))
"""


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """The places of the counts of a made-up source, and how often its log was read."""
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    log, read = mt.data.load("simulator", users=20, events=300), []
    monkeypatch.setattr(counting, "load", lambda name: read.append(name) or log)
    state = {"bytes": "one"}

    def place(dataset):
        key = fingerprint(state["bytes"])[:16]
        return tmp_path / "converted" / f"{dataset}-counts" / f"{key}.mtrec"

    monkeypatch.setattr(counting, "_place", place)
    return partial(counting.counting_model, "made-up"), read, state, place


def test_a_list_from_counts_needs_no_deep_learning_library():
    words = [sys.executable, "-c", COMMAND]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['pandera']"  # the log was checked
    assert "cold start" in done.stdout


def test_counts_are_kept_and_say_the_same(counted):
    model, read, _, place = counted
    past = mt.data.Histories.from_lists([[2, 3], []])
    first, second = (model().scores(past) for _ in range(2))
    assert (first == second).all()
    assert read == ["made-up"]  # once
    assert place("made-up").is_file()


def test_other_bytes_are_counted_anew_and_the_old_counts_go(counted):
    model, read, state, place = counted
    model()
    old = place("made-up")
    state["bytes"] = "two"
    model()
    assert len(read) == 2
    assert not old.exists()
    assert [path.name for path in old.parent.iterdir()] == [place("made-up").name]


def test_damaged_counts_are_counted_anew(counted):
    model, read, _, place = counted
    model()
    place("made-up").write_bytes(b"no model")
    model()
    assert len(read) == 2
    assert mt.load(place("made-up")).catalogue.size == 300


def test_where_nothing_can_be_kept_the_list_comes_all_the_same(counted, tmp_path):
    model, _, _, _ = counted
    (tmp_path / "converted").write_text("a file stands where the folder should be")
    assert model().catalogue.size == 300


def test_a_description_of_a_readers_own_is_read_each_time():
    assert counting._place("my.toml") is None
    assert counting._place("simulator") is None
