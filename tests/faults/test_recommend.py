"""Faults 8, 18, 25, 32, 33 at the end of the pipeline: somebody new, bad input, hostile titles."""

import json
from functools import partial

import numpy as np
import polars as pl
import pytest

from mtrec_lib.core.errors import (
    AmbiguousItemError,
    DivergedError,
    ParameterError,
    UnknownItemError,
)
from mtrec_lib.data import Histories
from mtrec_lib.recommend import Recommendations, export, top
from tests.recommend.fakes import Table

some = partial(top, k=3)  # the tiny catalogue holds five
HOSTILE = ["<script>alert(1)</script>", "\x1b[31mred", "\u202egnp.exe", '=HYPERLINK("x")']


def _listed(titles: list[str]) -> Recommendations:
    frame = pl.DataFrame(
        {
            "rank": range(1, len(titles) + 1),
            "item_id": titles,
            "title": titles,
            "categories": [[title, "b"] for title in titles],
            "score": [0.0] * len(titles),
            "reason": ["history"] * len(titles),
        }
    )
    return Recommendations(frame, model="<i>", history=tuple(titles))


@pytest.mark.parametrize("history", [None, [], Histories.empty(1), Histories.from_lists([[1, 1]])])
def test_32_somebody_new_gets_the_most_popular(history) -> None:
    recommended = some(Table(), history=history, k=3)
    assert recommended.item_ids == [10, 20, 30]
    assert recommended.frame["reason"].to_list() == ["cold_start"] * 3
    assert "cold start" in repr(recommended)


def test_33_an_unknown_title_is_answered_by_the_nearest() -> None:
    with pytest.raises(UnknownItemError, match=r"'Babbe'.*Babe \(1995\)"):
        some(Table(), history=["Babbe"])


def test_33_every_unknown_item_is_listed_at_once() -> None:
    with pytest.raises(UnknownItemError, match=r"(?s)'Babbe'.*999") as caught:
        some(Table(), history=["Babbe", 10, 999])
    assert 'on_unknown="skip"' in str(caught.value)


def test_33_unknown_items_may_be_skipped_and_are_counted() -> None:
    recommended = some(Table(), history=["Babbe", 50, 999], ratings=[1, 2, 3], on_unknown="skip")
    assert recommended.history == ("None",)
    assert recommended.skipped == ("Babbe", "999")
    assert "2 unknown left out" in recommended.caption


def test_33_nothing_but_unknown_items_is_a_cold_start() -> None:
    assert some(Table(), history=["Babbe"], on_unknown="skip").cold_start


@pytest.mark.parametrize("on_unknown", ["raise", "skip"])
def test_33_an_ambiguous_title_lists_the_candidates(on_unknown) -> None:
    with pytest.raises(AmbiguousItemError, match=r"(?s)10.*40"):
        some(Table(), history=["Alien"], on_unknown=on_unknown)


@pytest.mark.parametrize("k", [0, -1, 6, 1_000_000_000, 2.0, True, "3", None])
def test_08_k_out_of_range_is_refused_with_the_range(k) -> None:
    with pytest.raises(ParameterError, match="k must be an integer in 1 … 5"):
        some(Table(), history=[], k=k)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_35_scores_that_are_no_numbers_are_refused(bad) -> None:
    with pytest.raises(DivergedError, match="1 of 5 items"):
        some(Table(scores=[1, bad, 3, 4, 5]), history=[10])


def test_scores_of_another_catalogue_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"must be \(1, 5\), got \(1, 4\)"):
        some(Table(scores=[1, 2, 3, 4]), history=[10])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"history": "Babe"}, "history must be a list"),
        ({"history": 10}, "history must be a list"),
        ({"history": Histories.from_lists([[2], [3]])}, "one past, got 2"),
        ({"history": Histories.from_lists([[2]]), "ratings": [3]}, "Histories carry their own"),
        ({"history": [10], "ratings": [3, 4]}, r"one value an item of history \(1\), got 2"),
        ({"history": [10], "ratings": ["five"]}, "finite numbers or None, got 'five'"),
        ({"history": [10], "ratings": [np.inf]}, "finite numbers or None, got inf"),
        ({"history": [10], "on_unknown": "ignore"}, "on_unknown must be one of"),
    ],
)
def test_wrong_arguments_are_named(options, message) -> None:
    with pytest.raises(ParameterError, match=message):
        some(Table(), **options)


def test_18_a_title_cannot_become_part_of_the_page() -> None:
    page = _listed(HOSTILE)._repr_html_()
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page


def test_18_a_title_cannot_move_the_cursor_or_turn_the_writing_round() -> None:
    text = repr(_listed(HOSTILE))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.isprintable() or set(text) - {"\n"} == {c for c in text if c.isprintable()}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_25_a_formula_is_disarmed_in_csv_and_only_there(start, tmp_path) -> None:
    title = f'{start}HYPERLINK("x")'
    recommended = _listed([title])
    read = pl.read_csv(export(recommended, tmp_path / "list.csv"))
    for column in ("item_id", "title", "categories"):
        assert read[column][0].startswith(f"'{start}")
    rows = json.loads(export(recommended, tmp_path / "list.json").read_text(encoding="utf-8"))
    assert rows[0]["title"] == title
    assert pl.read_parquet(export(recommended, tmp_path / "list.parquet"))["title"][0] == title


def test_25_a_negative_score_stays_a_number(tmp_path) -> None:
    path = export(some(Table(scores=[-5, -4, -3, -2, -1]), history=[50], k=1), tmp_path / "a.csv")
    assert pl.read_csv(path)["score"][0] == -2.0


@pytest.mark.parametrize("name", ["list.xlsx", "list", "list.csv.gz"])
def test_an_ending_that_is_none_is_refused(name, tmp_path) -> None:
    with pytest.raises(ParameterError, match=r"\.csv, \.json, \.parquet"):
        export(some(Table(), history=[10], k=1), tmp_path / name)


def test_04_an_export_that_fails_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    path = export(some(Table(), history=[10], k=1), tmp_path / "list.csv")
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(ValueError, match="the disk is full"):
        export(some(Table(), history=[20], k=1), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["list.csv"]
