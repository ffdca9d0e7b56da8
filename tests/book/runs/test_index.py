import json

import pytest

from mtrec_lib.book.runs import index
from mtrec_lib.book.runs.notebooks import Notebook


def test_a_summary_becomes_a_cell_of_a_table() -> None:
    entry = index.Entry(
        "data", "Log", "p(a | b), see\n:class:`mtrec_lib.data.Split` and ``x``.", "01"
    )
    assert entry.full == "mt.data.Log"
    assert entry.line == "p(a \\| b), see `Split` and `x`."


def test_the_chapter_is_read_from_the_last_line_only() -> None:
    def early() -> None:
        """Taught in chapter 01.

        And more.
        """

    def last() -> None:
        """What it does.

        Taught in chapter 02.
        """

    assert index._entry("data", "early", early).chapter == ""
    assert index._entry("data", "last", last).chapter == "02"


def test_minutes_and_memory_are_filled_in_and_unknown_ones_are_a_dash(monkeypatch) -> None:
    stored = {"04": {"minutes": 1.25, "gigabytes": 0.9}}
    monkeypatch.setattr(index, "expected", lambda chapter: stored.get(chapter, {}))
    text = "<!-- minutes:04 -->–<!-- /minutes --> | <!-- memory:04 -->–<!-- /memory --> | "
    text += "<!-- minutes:05 -->9<!-- /minutes -->"
    assert index.with_costs(text) == (
        "<!-- minutes:04 -->1.2<!-- /minutes --> | <!-- memory:04 -->0.9<!-- /memory --> | "
        "<!-- minutes:05 -->–<!-- /minutes -->"
    )


@pytest.fixture
def books(tmp_path):
    """Chapter 04 in two notebooks: the first speaks of two names, the second uses one."""
    cells = {
        "04_models": [
            ("code", "mt.models.MinGRU(inputs)"),
            ("markdown", "`mt.models.GPT` and `mt.models.LSTM`"),
        ],
        "04_2_uses": [
            ("code", "mt.models.GPT(inputs)"),
            ("code", "mt.models.BERT(mt.models.MinGRU)"),
        ],
        "05_other": [("code", "mt.models.Later()")],
    }
    for name, each in cells.items():
        content = {"cells": [{"cell_type": kind, "source": source} for kind, source in each]}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    return [Notebook(path) for path in sorted(tmp_path.iterdir())]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GPT", "04_2"),  # used there, where the first only speaks of it
        ("MinGRU", "04"),  # used in both
        ("LSTM", "04"),  # spoken of
        ("BERT", "04_2"),
        ("Later", "04"),  # another chapter uses it; its own says nothing
    ],
)
def test_the_index_names_the_notebook_that_teaches(books, name, expected):
    assert index.taught_in(index.Entry("models", name, "", "04"), books) == expected
