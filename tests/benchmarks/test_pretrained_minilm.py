"""The comparison with sentence-transformers: the record, and how alike two tables are."""

import numpy as np
import pytest

from benchmarks.pretrained import minilm

TOLD = {
    "texts": ["a"] * 1682,
    "data": {"name": "ml-100k"},
    "batch_size": 64,
    "peer_batch_size": 32,
}


def test_cosines_are_those_of_rows():
    ours = np.array([[1, 0], [0, 2], [1, 1]], np.float32)
    peer = np.array([[3, 0], [0, -1], [1, 0]], np.float32)
    np.testing.assert_allclose(minilm.cosines(ours, peer), [1, -1, 0.5**0.5], rtol=1e-12)


def test_the_row_is_made_of_medians_and_names_both_products():
    def role(*rates):
        return [{"texts": rate, "cores": 2.0, "load": 2.1} for rate in rates]

    windows = {"ours": role(300.0, 600.0, 900.0), "peer": role(200.0, 200.0, 300.0)}
    about = {
        "ours": {"gflops": 99.6, "memory_mb": 900, "load_seconds": 3.21, "compile_seconds": 1.5},
        "peer": {"gflops": 50.2, "memory_mb": 700},
    }
    row = minilm.record(TOLD, windows, about, np.array([1.0, 0.99999]))
    assert row["id"] == "pretrained/minilm/speed"
    assert (row["ours"], row["peer"], row["ratio"]) == (600.0, 200.0, 3.0)
    assert row["interval"] == [1.5, 3.0]
    assert row["gflops"] == {"tensorflow": 100, "torch": 50}
    assert row["least_cosine"] == pytest.approx(0.99999)
    assert "1,682 item texts of ml-100k" in row["what"]


def test_the_rows_of_loading_are_over_their_bars(monkeypatch):
    from benchmarks.pretrained import load

    seconds = iter([10.0, 4.0, 2.0, 3.0])
    each = {"minilm": 1.0, "smollm2-135m": 2.0, "mb": 1500.0}
    monkeypatch.setattr(load, "ready", lambda folder: each | {"seconds": next(seconds)})
    first, warm, memory = load.run(None)
    assert (first["id"], first["ratio"]) == ("pretrained/load/first", 0.5)
    assert (warm["ratio"], warm["least_and_greatest"]) == (0.6, [2.0, 4.0])  # the median of three
    assert memory["ratio"] == 0.5
