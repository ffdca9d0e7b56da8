"""How click and buy are judged against the truth: worked numbers, no training."""

import numpy as np
import pytest

from benchmarks.simulator import click_buy

N = 40
CLICK, BUY = np.linspace(0.2, 0.9, N), np.linspace(0.1, 0.8, N)
TRUTH = {"click": CLICK, "buy": BUY, "shown": CLICK * BUY, "forced": BUY / 2}
LABELS = {
    "click": np.tile([1.0, 0.0], N // 2),
    "buy": np.tile([1.0, np.nan, 0.0, np.nan], N // 4),
}


def _judged(**changed):
    return click_buy.judged(TRUTH | changed, TRUTH, LABELS)


def test_the_truth_has_no_bias_and_no_distance_from_itself():
    found = _judged()
    assert found["bias"] == pytest.approx(0)
    assert found["kl"] == pytest.approx(0)
    np.testing.assert_allclose(found["deciles"], 0, atol=1e-12)
    assert found["auc"]["click"][0] == found["auc"]["click"][1]
    # q of those who click, read as that of everybody made to click, is twice too high here
    assert (found["of_clickers"], found["of_everybody"]) == (0, pytest.approx(1))


def test_a_tenth_too_much_everywhere_is_a_bias_of_a_tenth():
    found = _judged(shown=1.1 * TRUTH["shown"])
    assert found["bias"] == pytest.approx(0.1)
    np.testing.assert_allclose(found["deciles"], 0.1)
    assert found["kl"] > 0


def test_divergence_is_that_of_three_outcomes():
    # truth: no click ½, no buy ¼, buy ¼; said: ½, ½ · (1 − ¼), ½ · ¼
    truth = {"click": np.array([0.5]), "shown": np.array([0.25])}
    said = {"click": np.array([0.5]), "shown": np.array([0.125])}
    expected = 0.25 * np.log(0.25 / 0.375) + 0.25 * np.log(0.25 / 0.125)
    assert click_buy.divergence(said, truth) == pytest.approx(expected)


def test_the_record_names_the_worst_form_and_world():
    def cell(bias):
        forms = {form: _judged(shown=(1 + bias) * TRUTH["shown"]) for form in click_buy.FORMS}
        return forms | {"buys": 12_000, "impressions": N}

    rows = click_buy.records({0.0: [cell(0.01), cell(-0.01)], 1.5: [cell(0.03), cell(0.03)]})
    by_id = {row["id"]: row for row in rows}
    assert by_id["simulator/buy/bias"]["ours"] == pytest.approx(0.03)
    assert by_id["simulator/buy/bias"]["ratio"] == pytest.approx(1.5)  # over the bar of 0.02
    assert by_id["simulator/buy/bias/esmm/rho-0"]["ratio"] == pytest.approx(1)  # signs cancel
    assert by_id["simulator/buy/bias/naive/rho-1.5"]["ratio"] == pytest.approx(1.03, abs=1e-3)
    assert by_id["simulator/buy/bias/naive/rho-1.5"]["of_everybody"] == 1
    assert by_id["simulator/click/auc"]["ratio"] == 1
