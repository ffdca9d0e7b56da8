"""The word that an interval and a margin allow."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.evaluation import Comparison
from mtrec_lib.evaluation.comparisons.comparison import WORDS, costs


def comparison(low, high, margin=None, less_is_better=False, seeds=(1, 1), metric="ndcg@10"):
    middle = (low + high) / 2
    ends = {"low": low, "high": high, "ratio": 1.0, "ratio_low": 1.0, "ratio_high": 1.0}
    return Comparison(
        metric,
        a=0.5 + middle,
        b=0.5,
        difference=middle,
        p_value=0.5,
        users=943,
        seeds=seeds,
        margin=margin,
        less_is_better=less_is_better,
        **ends,
    )


@pytest.mark.parametrize(
    ("low", "high", "margin", "word"),
    [
        (0.001, 0.02, None, "better"),
        (-0.02, -0.001, None, "worse"),
        (-0.005, 0.02, None, "cannot be told apart"),
        (0.0, 0.02, None, "cannot be told apart"),  # 0 itself is not ruled out
        (0.0, 0.0, None, "cannot be told apart"),  # nobody differs
        (-0.004, 0.02, 0.005, "no worse"),
        (-0.006, 0.02, 0.005, "cannot be told apart"),
        (-0.004, 0.003, 0.005, "level"),
        (-0.005, 0.005, 0.005, "level"),
        (0.001, 0.004, 0.005, "level"),  # a sure difference, smaller than what was said to matter
        (-0.004, -0.001, 0.005, "level"),
        (0.001, 0.02, 0.005, "better"),
        (-0.02, -0.001, 0.005, "worse"),
        (float("nan"), float("nan"), 0.005, "cannot be told apart"),
    ],
)
def test_the_word_follows_from_interval_and_margin(low, high, margin, word):
    assert comparison(low, high, margin).word == word


@pytest.mark.parametrize("word", ["better", "worse", "level"])
def test_where_less_is_better_the_sides_change(word):
    low, high, margin = {
        "better": (-0.02, -0.01, None),
        "worse": (0.01, 0.02, None),
        "level": (-0.01, 0.02, 0.03),
    }[word]
    assert comparison(low, high, margin, less_is_better=True).word == word


ENDS = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted)
MIRROR = {"better": "worse", "worse": "better", "level": "level"}


@given(ENDS, st.none() | st.floats(0, 1), st.booleans())
def test_the_other_side_is_told_the_mirrored_word(ends, margin, less):
    one = comparison(*ends, margin, less)
    other = replace(one, difference=-one.difference, low=-one.high, high=-one.low)
    assert one.word in WORDS
    if one.word in MIRROR:
        assert other.word == MIRROR[one.word]
    else:
        assert other.word not in ("better", "worse", "level")


def test_no_word_but_a_margins_own_needs_a_margin():
    assert comparison(-0.001, 0.001).word == "cannot be told apart"


def test_the_figures_have_the_digits_of_the_interval():
    assert comparison(-0.005, 0.021).figures == "ahead by 0.008 (−0.005 to 0.021)"
    assert comparison(-0.00005, -0.00001).figures == "behind by 0.000030 (−0.000050 to −0.000010)"
    assert comparison(-120, 320).figures == "ahead by 100 (−120 to 320)"
    assert comparison(0.0, 0.0).figures == "no difference: 0.000 (0.000 to 0.000)"


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ((1, 1), "1 seed"),
        ((5, 5), "5 seeds"),
        ((5, 1), "5 seeds against 1"),
        ((5, None), "5 seeds, the other side's not recorded"),
        ((0, 0), "nothing random"),
    ],
)
def test_seeds_of_both_sides_are_named(seeds, words):
    assert comparison(0, 1, seeds=seeds).runs == words


def test_costs_are_known_by_name():
    known = {"ndcg@10": False, "auc": False, "rmse": True, "log_loss": True, "bits": True}
    assert {name: costs(name) for name in known} == known
