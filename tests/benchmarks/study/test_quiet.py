"""The gate waits until nobody else works, and says how busy it was."""

import pytest

from benchmarks._study.quiet import wait_until_quiet
from mtrec_lib.core.errors import MtrecError


def looks(*values):
    each = iter(values)
    return lambda: next(each)


def test_a_quiet_machine_passes_at_once():
    assert wait_until_quiet(look=looks(0.054)) == 0.05


def test_it_waits_for_others_to_end(capsys):
    assert wait_until_quiet(look=looks(1.9, 1.2, 0.1)) == 0.1
    assert capsys.readouterr().out.count("waiting") == 1


def test_a_machine_that_stays_busy_is_refused_with_the_cure():
    with pytest.raises(MtrecError, match=r"10 minutes: 1\.5 cores.*--busy"):
        wait_until_quiet(look=lambda: 1.5, clock=looks(0.0, 300.0, 601.0))


def test_who_goes_on_all_the_same_is_told_how_busy_it_is():
    assert wait_until_quiet(go_on=True, look=looks(1.234)) == 1.23
