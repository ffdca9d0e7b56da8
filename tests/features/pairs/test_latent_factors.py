"""Latent factors: a Gaussian in closed form, read off the past, with vectors that others made."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features import LatentFactors
from mtrec_lib.features.pairs import latent_factors
from mtrec_lib.features.pairs.latent_factors import FOLDS, PRIOR

NAN = float("nan")


def _pasts(items, **columns):
    return mt.data.Histories.from_lists(items, **columns)


@pytest.fixture(scope="module")
def tastes():
    """Two tastes, 300 people, 40 items: what a rating lies above the item's mean, noise 0.5."""
    rng = np.random.default_rng(0)
    people, vectors = rng.normal(size=(300, 2)), rng.normal(size=(42, 2))
    item = np.concatenate([rng.permutation(np.arange(2, 42))[:25] for _ in people])
    user = np.repeat(np.arange(300), 25)
    truth = (people[user] * vectors[item]).sum(1)
    return user, item.astype(np.int32), truth, truth + rng.normal(0, 0.5, len(truth))


def test_one_rating_by_hand():
    # x = (1, 0): precision of b is 5 + 1, its mean 2 / 6; an item of vector 3 adds 3² / 5
    factors = LatentFactors(np.array([[0.0], [0.0], [0.0], [3.0]]))
    past = _pasts([[2], [2]])
    numbers = factors.of(past, np.array([2, 3]), np.array([2.0, 2.0]))
    third, sixth = 1 / 3, 1 / 6
    np.testing.assert_allclose(
        numbers, [[third, 0, sixth**0.5], [third, 0, (sixth + 9 / PRIOR) ** 0.5]]
    )


def test_a_past_is_bayesian_regression_on_what_was_rated():
    rng = np.random.default_rng(1)
    vectors, above = rng.normal(size=(9, 3)), rng.normal(size=6)
    above[3] = NAN  # seen, not rated
    items = np.array([2, 5, 3, 8, 4, 7])
    numbers = LatentFactors(vectors).of(_pasts([items.tolist()]), np.array([6]), above)[0]
    x = np.column_stack([np.ones(5), vectors[np.delete(items, 3)]])
    covariance = np.linalg.inv(PRIOR * np.eye(4) + x.T @ x)
    new = np.append(1.0, vectors[6])
    mean = covariance @ x.T @ np.delete(above, 3)
    expected = [new @ mean, new[1:] @ mean[1:], np.sqrt(new @ covariance @ new)]
    np.testing.assert_allclose(numbers, expected)


def test_an_empty_past_is_the_prior():
    factors = LatentFactors(np.array([[0.0], [0.0], [2.0]]))
    numbers = factors.of(mt.data.Histories.empty(), np.array([2]), np.zeros(0))
    np.testing.assert_allclose(numbers, [[0, 0, 1.0]])  # (1 + 2²) / 5


def test_tastes_are_found_again(tastes):
    user, item, truth, above = tastes
    known = user < 250
    factors = LatentFactors.fit(user[known], item[known], above[known], ids=43, factors=2)
    new = [item[user == person].tolist() for person in range(250, 300)]
    past = _pasts(new)
    queries = mt.data.Histories(past.users, past.starts, past.ends - 1, past.columns)
    last = past.ends - 1
    predicted = factors.of(queries, past.columns["item"][last], above[user >= 250])
    assert np.corrcoef(predicted[:, 1], truth[user >= 250][last])[0, 1] > 0.8


def test_training_reads_a_person_with_vectors_that_others_made(tastes):
    user, item, _, above = tastes
    one = LatentFactors.fit(user, item, above, ids=43, factors=2)
    changed = np.where(user == 7, above[::-1], above)  # their signs turned would turn p alone
    other = LatentFactors.fit(user, item, changed, ids=43, factors=2)
    fold = one.fold_of[7]
    np.testing.assert_array_equal(one.others[fold], other.others[fold])
    assert np.abs(one.vectors - other.vectors).max() > 0
    assert np.bincount(list(one.fold_of.values()), minlength=FOLDS).min() == 300 // FOLDS
    past = _pasts([item[user == 7].tolist()], users=[7])
    mine = above[user == 7]
    in_training = one.of(past, np.array([2]), mine, training=True)
    asked_later = one.of(past, np.array([2]), mine)
    by_others = LatentFactors(one.others[fold]).of(past, np.array([2]), mine)
    np.testing.assert_array_equal(in_training, by_others)
    assert np.abs(in_training - asked_later).max() > 0


def test_many_pasts_go_in_spans(tastes, monkeypatch):
    user, item, _, above = tastes
    factors = LatentFactors(np.random.default_rng(2).normal(size=(43, 2)))
    past = _pasts([item[user == person].tolist() for person in range(300)])
    threes = np.full(300, 3)
    whole = factors.of(past, threes, above)
    monkeypatch.setattr(latent_factors, "SPAN", 70)
    np.testing.assert_allclose(factors.of(past, threes, above), whole, atol=1e-9)


def test_a_factorisation_needs_a_factor():
    with pytest.raises(ParameterError, match="factors must be at least 1, got 0"):
        LatentFactors.fit(np.array([1]), np.array([2]), np.array([0.5]), ids=4, factors=0)


def test_they_stand_beside_the_state_and_survive_saving(films, tmp_path):
    split = mt.data.global_time(films)
    inputs = mt.features.fit(split, max_length=5, factors=2)
    assert inputs.spec.beside == len(inputs.beside.names)
    assert inputs.beside.names[-3:] == latent_factors.NAMES
    tasks = [mt.tasks.NextItem(), mt.tasks.Like()]
    model = mt.models.MultiTask(mt.models.GPT(inputs, width=8, layers=1), tasks=tasks)
    model.build()
    mt.save(model, tmp_path / "factors.mtrec")
    again = mt.load(tmp_path / "factors.mtrec")
    np.testing.assert_array_equal(
        again.inputs.beside.factors.vectors, inputs.beside.factors.vectors
    )
    late = _pasts([[2, 3]], rating=[[1.0, 5.0]])
    model.inputs_fitted = again.inputs_fitted
    np.testing.assert_allclose(
        again.predict_catalogue(late, "like"), model.predict_catalogue(late, "like"), rtol=1e-5
    )


def test_only_the_past_moves_them(films):
    split = mt.data.global_time(films)
    beside = mt.features.fit(split, factors=2).beside
    past = _pasts([[2, 3, 4]], rating=[[1.0, 5.0, 2.0]], timestamp=[[1, 2, 3]])
    before = mt.data.Histories(past.users, past.starts, past.ends - 1, past.columns)
    one = beside.of(before, np.array([4]))
    moved = past.columns | {"rating": np.array([1.0, 5.0, 4.0], np.float32)}
    other = mt.data.Histories(past.users, past.starts, past.ends - 1, moved)
    np.testing.assert_array_equal(beside.of(other, np.array([4])), one)
