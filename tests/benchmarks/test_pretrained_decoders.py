"""The records about decoders are made of medians, and of what both sides said."""

from argparse import Namespace

import numpy as np
import pytest

from benchmarks.pretrained import score_titles, smollm2

ABOUT = {"gflops": 99.6, "memory_mb": 1500, "load_seconds": 2.04, "compile_seconds": 3.06}


def windows(name, **rates):
    """Windows of each role in which so much was done a second."""
    rest = {"cores": 2.0, "load": 2.1}
    return {role: [{name: rate} | rest for rate in each] for role, each in rates.items()}


def test_the_row_of_a_speed():
    turns = windows("tokens", ours=(30.0, 60.0, 90.0), peer=(20.0, 20.0, 30.0))
    ours = {"ids0": np.array([1, 2]), "logits0": np.zeros((2, 3)), "greedy0": np.array("a b")}
    peer = ours | {"logits0": np.array([[0, 0, 0], [0, -0.25, 0.125]])}
    told = {"batch": 8, "length": 128}
    row = smollm2.record(told, turns, {"ours": ABOUT, "peer": ABOUT}, ours, peer)
    assert (row["id"], row["ratio"], row["interval"]) == ("pretrained/smollm2/speed", 3.0, [1.5, 3])
    assert (row["greatest_difference"], row["same_tokens"]) == (0.25, True)
    assert row["gflops"] == {"tensorflow": 100, "torch": 100}
    other = smollm2.agreement(ours | {"greedy0": np.array("a c")}, peer)
    assert not other["same_tokens"]


def test_the_row_of_titles_compares_those_that_both_scored():
    turns = windows("titles", cached=(40.0, 60.0, 50.0), plain=(2.0, 2.0, 2.5))
    cached, plain = np.array([-1.0, -2.0, -3.0]), np.array([-1.0, np.nan, -3.5])
    about = {role: ABOUT | {"prefix": 300} for role in ("cached", "plain")}
    row = score_titles.record({"plain_every": 2}, turns, about, cached, plain)
    assert (row["id"], row["ratio"]) == ("pretrained/smollm2/score-titles", 25.0)
    assert (row["greatest_difference"], row["seconds_a_history"]) == (0.5, 0.1)
    assert "300 tokens" in row["what"]


def test_titles_are_scored_after_the_past_of_one_person(films, monkeypatch):
    monkeypatch.setattr(score_titles.mt.data, "load", lambda name: films)
    told = {"data": {"name": "films"}, "max_events": 3, "max_characters": 99}
    found = score_titles.given(told | {"before": "Seen: ", "behind": ". Next:"})
    # person 1 saw films 1 + (1 + 2·step) mod 9: the last is left out, the three before are told
    assert found["prefix"] == "Seen: Film 6 (1996); Film 8 (1998); Film 1 (1991). Next:"
    assert found["titles"] == [f" {title}" for title in films.catalogue.titles]


def test_windows_can_be_shortened(monkeypatch):
    def measure(told, folder):
        assert (told["windows"], told["seconds"]) == (1, 15)
        raise ValueError("measured")

    monkeypatch.setattr(smollm2, "measure", measure)
    with pytest.raises(ValueError, match="measured"):
        smollm2.run(Namespace(seconds=None, windows=1))
