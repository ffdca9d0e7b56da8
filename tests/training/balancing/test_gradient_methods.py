"""Gradient methods by hand, and the properties that each has or lacks."""

import numpy as np
import pytest

import mtrec_lib.training as training
from tests.training.balancing.jacobians import KINDS, direction, drawn, longest

METHODS = {
    "MGDA": training.MGDA(),
    "DualProjection": training.DualProjection(),
    "UPGrad": training.UPGrad(),
    "CAGrad": training.CAGrad(),
    "NashMTL": training.NashMTL(),
    "IMTLG": training.IMTLG(),
    "PCGrad": training.PCGrad(order="fixed"),
    "AlignedMTL": training.AlignedMTL(),
}
RIGHT_ANGLE = np.array([[3.0, 0.0], [0.0, 1.0]])
OPPOSED = np.array([[1.0, 0.0], [-2.0, 1.0]])  # M = [[1, −2], [−2, 5]]
SAFE = "MGDA DualProjection NashMTL UPGrad".split()
LINEAR = "UPGrad PCGrad".split()
INVARIANT = "NashMTL IMTLG".split()
HOMOGENEOUS = "MGDA DualProjection CAGrad AlignedMTL UPGrad PCGrad".split()


def _close(found, wanted, rtol=1e-3):
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-3 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("MGDA", [0.3, 0.9]),  # w = (1, 9)/10
        ("DualProjection", [1.5, 0.5]),  # no conflict: the mean
        ("UPGrad", [1.5, 0.5]),
        ("PCGrad", [3.0, 1.0]),  # no conflict: the sum
        ("NashMTL", [1.0, 1.0]),  # α = (1/3, 1), ‖d‖ = √2
        ("IMTLG", [0.75, 0.75]),  # α ∝ (1/3, 1), Σ = 1
        ("AlignedMTL", [0.5, 0.5]),  # both rows brought down to length 1, then the mean
    ],
)
def test_gradients_at_a_right_angle(name, wanted):
    _close(direction(METHODS[name], RIGHT_ANGLE), wanted)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("MGDA", [0.1, 0.3]),  # α of the first: (5 + 2)/10 = .7
        ("DualProjection", [0.0, 0.5]),  # mean (−½, ½) loses with g₁: its part along g₁ goes
        ("UPGrad", [0.1, 0.7]),  # g₁ → g₁ + .4g₂ = (.2, .4), g₂ → g₂ + 2g₁ = (0, 1)
        ("PCGrad", [0.2, 1.4]),
    ],
)
def test_gradients_in_conflict(name, wanted):
    _close(direction(METHODS[name], OPPOSED), wanted)


def test_mgda_of_two_tasks_is_the_closed_form():
    for rows in [*drawn("random"), *drawn("conflicting")]:
        one, two = pair = rows[:2]
        share = np.clip((two - one) @ two / np.sum((one - two) ** 2), 0, 1)
        wanted = share * one + (1 - share) * two
        assert np.linalg.norm(direction(METHODS["MGDA"], pair) - wanted) < 1e-3 * longest(pair)


def test_cagrad_lies_on_its_ball_and_is_the_mean_at_zero():
    for rows in drawn("random"):
        mean = rows.mean(axis=0)
        away = np.linalg.norm(direction(training.CAGrad(c=0.5), rows) - mean)
        assert away == pytest.approx(0.5 * np.linalg.norm(mean), rel=1e-3)
        _close(direction(training.CAGrad(c=0.0), rows), mean)


@pytest.mark.parametrize("kind", KINDS)
def test_nash_bargaining_has_its_stationarity_and_length(kind):
    """With d = Jᵀα, Mα = 1/α reads α = 1/Jd: d is made of the gradients, each by 1/(d·g)."""
    for rows in drawn(kind):
        found = direction(METHODS["NashMTL"], rows)
        np.testing.assert_allclose(rows.T @ (1 / (rows @ found)), found, atol=2e-2)
        assert np.linalg.norm(found) == pytest.approx(len(rows) ** 0.5, rel=2e-3)


def test_imtl_g_sees_every_gradient_under_one_angle_and_descends():
    for rows in [*drawn("random"), *drawn("conflicting")]:
        found = direction(METHODS["IMTLG"], rows)
        angles = rows @ found / np.linalg.norm(rows, axis=1) / np.linalg.norm(found)
        np.testing.assert_allclose(angles, angles[0], rtol=2e-2)
        assert angles[0] > 0


def test_imtl_g_turns_round_where_the_published_scale_would_climb():
    # g₂ is short; α ∝ M⁻¹‖g‖ = C⁻¹1/‖g‖ has the signs (−, +, +) and a negative sum
    rows = np.array([[0.01, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, -1.0, 0.2]])
    weights = np.asarray(METHODS["IMTLG"].weights(None, (rows @ rows.T).astype("float32")))
    assert weights.sum() == pytest.approx(-1, rel=1e-4)
    assert (rows @ (rows.T @ weights)).min() > 0


def test_pcgrad_of_two_tasks_is_twice_upgrad():
    for kind in KINDS:
        for rows in drawn(kind):
            twice = 2 * direction(METHODS["UPGrad"], rows[:2])
            gap = direction(METHODS["PCGrad"], rows[:2]) - twice
            assert np.linalg.norm(gap) < 1e-3 * longest(rows[:2])


def test_pcgrad_draws_its_orders():
    rows = drawn("conflicting")[-1]
    method = training.PCGrad(seed=3)
    found = {tuple(np.round(direction(method, rows), 4)) for _ in range(12)}
    again = training.PCGrad(seed=3)
    assert len(found) > 1
    assert tuple(np.round(direction(again, rows), 4)) in found


def test_aligned_gradients_count_only_the_span():
    rows = np.array([[2.0, 0.0], [2.0, 0.0]])  # one positive singular value, √8: nothing changes
    _close(direction(METHODS["AlignedMTL"], rows), [2.0, 0.0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAFE)
def test_no_task_gets_worse(name, kind):
    for rows in drawn(kind):
        found = direction(METHODS[name], rows)
        size = np.linalg.norm(rows, axis=1) * longest(rows)
        scale = size * (np.linalg.norm(found) / longest(rows) if name == "NashMTL" else 1)
        assert (rows @ found / scale).min() > -1e-3


@pytest.mark.parametrize("name", ["PCGrad", "CAGrad", "AlignedMTL"])
def test_some_methods_leave_conflicts(name):
    cases = [rows for kind in ("random", "conflicting") for rows in drawn(kind, 4)]
    cases.append(np.array([[0.1, 0.0], [-0.9, 0.44]]))  # short against long: M^½ 1 = (−, +)
    lengths = [np.linalg.norm(rows, axis=1) for rows in cases]
    found = [direction(METHODS[name], rows) for rows in cases]
    cosines = [
        (rows @ d).min() / length[np.argmin(rows @ d)] / np.linalg.norm(d)
        for rows, d, length in zip(cases, found, lengths, strict=True)
    ]
    assert min(cosines) < -0.03


def _pieces(name, rows, rng):
    """d for row scales a, b and a + b."""
    one, two = rng.uniform(0.2, 3, size=(2, len(rows), 1))
    return [direction(METHODS[name], scale * rows) for scale in (one, two, one + two)]


@pytest.mark.parametrize("name", LINEAR)
def test_linear_in_the_scale_of_rows(name):
    rng = np.random.default_rng(5)
    for rows in [*drawn("random"), *drawn("conflicting")]:
        one, two, both = _pieces(name, rows, rng)
        assert np.linalg.norm(one + two - both) < 2e-3 * longest(rows)


@pytest.mark.parametrize("name", "MGDA DualProjection CAGrad AlignedMTL NashMTL".split())
def test_not_linear_in_the_scale_of_rows(name):
    scales = np.array([[1.0, 3.0], [3.0, 1.0], [4.0, 4.0]])[..., None]
    one, two, both = (direction(METHODS[name], scale * OPPOSED) for scale in scales)
    assert np.linalg.norm(one + two - both) > 0.05 * np.linalg.norm(both)


@pytest.mark.parametrize("name", INVARIANT)
def test_direction_does_not_depend_on_the_scale_of_rows(name):
    rng = np.random.default_rng(6)
    for rows in drawn("random"):
        found = direction(METHODS[name], rows)
        other = direction(METHODS[name], rows * rng.uniform(0.01, 100, size=(len(rows), 1)))
        cosine = found @ other / np.linalg.norm(found) / np.linalg.norm(other)
        assert cosine > 1 - 1e-4
        if name == "NashMTL":
            _close(other, found)


@pytest.mark.parametrize("name", "MGDA DualProjection CAGrad AlignedMTL UPGrad PCGrad".split())
def test_direction_depends_on_the_scale_of_rows(name):
    found = direction(METHODS[name], OPPOSED)
    other = direction(METHODS[name], OPPOSED * np.array([[5.0], [1.0]]))
    assert found @ other / np.linalg.norm(found) / np.linalg.norm(other) < 0.99


@pytest.mark.parametrize("factor", [1e-6, 1e3])
@pytest.mark.parametrize("name", HOMOGENEOUS)
def test_scaling_all_gradients_scales_the_direction(name, factor):
    for rows in drawn("random"):
        found = direction(METHODS[name], rows)
        gap = direction(METHODS[name], factor * rows) / factor - found
        assert np.linalg.norm(gap) < 2e-3 * longest(rows)


@pytest.mark.parametrize("name", METHODS)
def test_the_order_of_tasks_does_not_matter(name):
    for rows in drawn("random"):
        if name != "PCGrad" or len(rows) == 2:
            found = direction(METHODS[name], rows)
            _close(direction(METHODS[name], rows[::-1]), found)


@pytest.mark.parametrize("name", METHODS)
def test_one_task_is_followed(name):
    rows = np.array([[3.0, 4.0]])
    length = {"NashMTL": 1.0, "CAGrad": 7.0}.get(name, 5.0)  # √1; (1 + .4)‖g‖
    _close(direction(METHODS[name], rows), length * np.array([0.6, 0.8]))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((3, 2)),
        np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]),  # a task without a label in the batch
        np.array([[1.0, 0.0], [-1.0, 0.0]]),
        np.array([[1.0, 0.0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]]),  # 0 inside the hull
        np.array([[1e-12, 0.0], [0.0, 1e-12]]),
    ],
    ids=["zeros", "one zero", "opposite", "at a Pareto point", "tiny"],
)
def test_nothing_breaks_in_the_corners(name, rows):
    found = direction(METHODS[name], rows)
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) <= 5 * max(1.0, longest(rows))


def test_a_task_without_a_gradient_leaves_the_others_alone():
    rows = np.array([[3.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    _close(direction(METHODS["IMTLG"], rows), [0.75, 0.75])
    _close(direction(METHODS["NashMTL"], rows), [1.0, 1.0])
    _close(direction(METHODS["UPGrad"], rows), [1.0, 1 / 3])
    _close(direction(METHODS["MGDA"], rows) + 1, [1.0, 1.0])  # but for this one: d = 0


@pytest.mark.parametrize("name", "MGDA DualProjection UPGrad PCGrad NashMTL".split())
def test_opposite_gradients_have_no_common_direction(name):
    assert np.linalg.norm(direction(METHODS[name], np.array([[1.0, 0.0], [-1.0, 0.0]]))) < 5e-3
