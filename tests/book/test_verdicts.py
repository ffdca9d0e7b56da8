"""What a chapter says of a recorded study."""

import pytest

from mtrec_lib.book import recorded, records, verdict
from mtrec_lib.core import hashes, write_json
from mtrec_lib.core.errors import ParameterError

ROW = {
    "id": "gpt/counts",
    "what": "NDCG@10 of GPT against counts",
    "unit": "ndcg@10",
    "ours": 0.0981,
    "peer": 0.1,
    "ratio": 0.981,
    "interval": [0.95, 1.012],
    "seeds": 5,
    "n": 943,
    "command": "make bench ONLY=gpt/counts",
}


def say(folder, **more):
    write_json(folder / "a.json", [ROW | more])
    return verdict("gpt/counts", folder)


def test_a_verdict_writes_its_word_and_names_both_sides_seeds(tmp_path, capsys):
    assert say(tmp_path, peer_seeds=1) == (
        "NDCG@10 of GPT against counts: 0.981 × (95 % interval 0.95 to 1.01, 5 seeds against 1): "
        "cannot be told apart"
    )
    assert "make bench ONLY=gpt/counts" in capsys.readouterr().out


def test_seeds_that_were_not_recorded_are_said_to_be(tmp_path):
    assert "5 seeds, the peer's not recorded" in say(tmp_path)


def test_a_speed_has_no_word(tmp_path):
    assert say(tmp_path, unit="seconds") == (
        "NDCG@10 of GPT against counts: 0.981 × (95 % interval 0.95 to 1.01, 5 seeds)"
    )


def test_a_missing_record_is_said_to_be_missing(tmp_path, capsys):
    assert verdict("nothing", tmp_path) == "No record 'nothing' yet"
    assert "make bench ONLY=nothing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "recorded, its code not noted;"),
        ({"stale": True}, "recorded, measured with older code;"),
        ({"code": "now", "modules": ["m"]}, "recorded with today's code;"),
        ({"code": "then", "modules": ["m"]}, "recorded, measured with older code;"),
    ],
)
def test_a_verdict_says_whether_the_code_has_changed(tmp_path, capsys, monkeypatch, more, words):
    monkeypatch.setattr(hashes, "code_hash", lambda modules: "now")
    say(tmp_path, **more)
    assert f"  {words} `make" in capsys.readouterr().out


def test_a_record_is_a_comparison_in_the_unit_of_its_metric():
    comparison = recorded(ROW | {"ratio": 1.2, "interval": [1.1, 1.3]})
    assert (comparison.word, comparison.users, comparison.seeds) == ("better", 943, (5, None))
    assert (comparison.low, comparison.high) == (pytest.approx(0.01), pytest.approx(0.03))


def test_of_an_error_a_smaller_ratio_is_better():
    assert recorded(ROW | {"unit": "rmse", "interval": [0.95, 0.99]}).word == "better"


def test_a_margin_is_an_amount_of_an_auc_and_a_share_of_others():
    # the interval of the difference is -.005 to .0012: within .0051, not within .1 · .0051
    assert recorded(ROW | {"unit": "auc", "margin": 0.0051}).word == "level"
    assert recorded(ROW | {"margin": 0.0051}).word == "cannot be told apart"
    assert recorded(ROW | {"margin": 0.051}).word == "level"


def test_a_recorded_difference_serves_where_the_ratio_has_no_interval():
    comparison = recorded(ROW | {"interval": None, "difference": [-0.002, -0.003, -0.001]})
    assert (comparison.word, comparison.low) == ("worse", -0.003)


@pytest.mark.parametrize(
    "more", [{"unit": "seconds"}, {"interval": None}, {"interval": [0.09, 0.12]}]
)
def test_a_row_without_a_paired_interval_carries_no_comparison(more):
    with pytest.raises(ParameterError, match="without a comparing word"):
        recorded(ROW | more)


def test_a_record_that_is_missing_cannot_be_compared(tmp_path):
    with pytest.raises(ParameterError, match="no record 'nothing'"):
        recorded("nothing", tmp_path)


def test_records_are_rows_by_the_beginning_of_their_ids(tmp_path):
    rows = [{"id": "worth/like", "ratio": 1.1}, {"id": "worth/top", "ratio": 0.9}, {"id": "time"}]
    write_json(tmp_path / "b.json", rows)
    write_json(tmp_path / "a.json", [{"id": "worth/a"}])
    assert [row["id"] for row in records("worth/", tmp_path)] == [
        "worth/a",
        "worth/like",
        "worth/top",
    ]
    assert records("none", tmp_path) == []
