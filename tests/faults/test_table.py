"""The faults that this part of the project must survive each have a test."""

import pytest

from tests.faults.table import FAULTS, FaultTable, numbers


def test_every_fault_of_the_table_is_injected_somewhere(request):
    collected = {number for item in request.session.items for number in numbers(item)}
    selected = request.config.option.markexpr or len({i.path for i in request.session.items}) < 50
    if selected:
        pytest.skip("needs the whole suite: run pytest without a path and without -m")
    assert set(FAULTS) == collected


def test_a_line_says_how_many_tests_saw_what_was_expected():
    table = FaultTable()
    table.outcomes[5] = ["passed", "failed"]
    assert table.text().splitlines()[2].startswith("| 5 | two runs into one folder |")
    assert table.text().splitlines()[2].endswith("| 1 of 2 tests as expected |")
