"""What the whole book takes, from the figures of two runs."""

import pytest

from benchmarks.book import Cost, rows


def test_the_rows_of_the_book():
    ours = Cost(minutes=10, user=1100, system=100, gigabytes=(2.4, "05"), chapters=17)
    peer = Cost(minutes=25, user=900, system=600, gigabytes=(2.2, "05"), chapters=17)
    minutes, share, memory = rows(ours, peer)
    assert (minutes["id"], minutes["ratio"]) == ("book/minutes", 0.4)
    assert minutes["processor_minutes"] == [20.0, 25.0]
    assert (share["ours"], share["share_before"]) == (pytest.approx(1 / 12, abs=1e-4), 0.4)
    assert (memory["ratio"], memory["n"]) == (0.8, 17)
    assert "(05)" in memory["what"]
