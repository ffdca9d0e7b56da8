"""The small solvers: by hand, against numpy, and by the conditions of an optimum."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrec_lib.training.balancing.gradients import quadratic

SEEDS = st.integers(0, 2**31 - 1)


def _gram(seed, tasks):
    rows = np.random.default_rng(seed).normal(size=(tasks, 12))
    return (rows @ rows.T).astype("float32")


def test_elimination_agrees_with_numpy():
    matrices = np.stack([_gram(seed, 4) for seed in range(6)])
    right = np.random.default_rng(0).normal(size=(6, 4, 3)).astype("float32")
    found = quadratic.solve(matrices, right)
    np.testing.assert_allclose(found, np.linalg.solve(matrices, right), rtol=1e-3, atol=1e-4)


def test_a_singular_matrix_of_cosines_is_solved_where_it_can_be():
    ones = np.ones((1, 2, 2), "float32")  # x₁ + x₂ = 1; of all solutions the shortest
    found = quadratic.solve_ridged(ones, np.ones((1, 2, 1), "float32"))
    np.testing.assert_allclose(np.ravel(found), [0.5, 0.5], atol=0.1)
    np.testing.assert_allclose(np.sum(found), 1.0, rtol=1e-4)


def test_lengths_and_cosines():
    cosines, lengths = quadratic.unit_rows(np.array([[4.0, 3.0], [3.0, 9.0]], "float32"))
    np.testing.assert_allclose(lengths, [2, 3])
    np.testing.assert_allclose(cosines, [[1, 0.5], [0.5, 1]])


def test_a_row_of_zeros_has_no_direction_and_divides_nothing_by_zero():
    cosines, lengths = quadratic.unit_rows(np.array([[4.0, 0.0], [0.0, 0.0]], "float32"))
    np.testing.assert_allclose(cosines, [[1, 0], [0, 0]])
    assert np.min(lengths) > 0
    cosines, lengths = quadratic.unit_rows(np.zeros((2, 2), "float32"))
    np.testing.assert_array_equal(cosines, np.zeros((2, 2)))


def test_every_subset_is_solved_and_is_zero_outside_of_itself():
    found = quadratic.on_supports(np.eye(3, dtype="float32"), np.ones((3, 1), "float32"))
    subsets = [[int(bit) for bit in f"{number:03b}"[::-1]] for number in range(8)]
    np.testing.assert_allclose(np.asarray(found)[..., 0], subsets, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_simplex_minimum_satisfies_the_conditions_of_an_optimum(seed, tasks):
    """(Mw)_i ≥ wᵀMw for all i: no corner lies below the tangent."""
    gram = _gram(seed, tasks)
    weights = np.asarray(quadratic.simplex_minimum(gram), "float64")
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-5)
    slack = gram @ weights - weights @ gram @ weights
    assert slack.min() >= -1e-4 * gram.max()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_least_above_satisfies_the_conditions_of_an_optimum(seed, tasks):
    """v ≥ f, Mv ≥ 0, and wherever v is above f, (Mv)_i = 0."""
    gram, floors = _gram(seed, tasks), np.eye(tasks, dtype="float32")
    for floor, found in zip(floors, np.asarray(quadratic.least_above(gram, floors)), strict=True):
        slope = gram @ found
        assert (found - floor).min() >= 0
        assert slope.min() >= -1e-3 * gram.max()
        np.testing.assert_allclose(slope * (found - floor), 0, atol=1e-2 * gram.max())


def test_ten_tasks():
    gram = np.diag(np.arange(1, 11)).astype("float32")  # orthogonal rows: w ∝ 1/‖g‖²
    wanted = (1 / np.arange(1, 11)) / (1 / np.arange(1, 11)).sum()
    np.testing.assert_allclose(quadratic.simplex_minimum(gram), wanted, rtol=1e-4)
