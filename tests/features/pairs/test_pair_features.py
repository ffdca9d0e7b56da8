"""Running statistics beside the state: causal, the same from a log and from a history."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.pairs.pair_features import NAMES, PRIOR, PairFeatures, every_event


@pytest.fixture(scope="module")
def split(films):
    return mt.data.global_time(films)


@pytest.fixture(scope="module")
def inputs(split):
    return mt.features.fit(split, max_length=5, beside=True)


def _raw(split):
    numbers = PairFeatures.fit(split, mt.features.side_information(split.log.catalogue)[0])
    numbers.scale = None
    return numbers


def test_sums_of_one_person_by_hand():
    # ratings 2 and 4 of items 2 and 3; the prior is 3 and counts PRIOR = 5 ratings
    side = np.zeros((5, 1), np.float32)
    side[[2, 3, 4]] = 1.0  # one category for all
    none = np.zeros(0, np.int64)
    beside = PairFeatures(side, none, none, np.zeros((0, 3)), best=4.0, until=9, prior=3.0)
    past = mt.data.Histories.from_lists([[2, 3]], rating=[[2.0, 4.0]], timestamp=[[1, 2]])
    numbers = beside._raw(past, np.array([4]), np.array([3]))[0]
    named = dict(zip(NAMES, numbers, strict=True))
    assert named["log (1 + ratings of the person)"] == pytest.approx(np.log(3))
    assert named["their mean"] == pytest.approx((2 + 4 + PRIOR * 3) / (2 + PRIOR))
    assert named["their mean above the items' means"] == 0.0  # −1 and +1 over items never seen
    assert named["their spread"] == pytest.approx(1.0)
    assert named["share of the best grade"] == pytest.approx(1 / (2 + PRIOR))
    assert named["the rating 1 back, above the mean"] == pytest.approx(4 - 3)
    assert named["the rating 3 back, above the mean"] == 0.0  # there is none
    assert named["mean of the item"] == 3.0
    assert named["share of the past in the item's categories"] == 1.0


def test_an_item_is_known_by_earlier_ratings_of_others_alone():
    # item 2 was rated 5 at second 10 and 1 at second 20
    side = np.zeros((4, 0), np.float32)
    sums = np.array([[1.0, 5.0, 1.0], [1.0, 1.0, 0.0]])
    beside = PairFeatures(
        side, np.array([2, 2]), np.array([10, 20]), sums, 5.0, until=99, prior=3.0
    )
    when = np.array([10, 11, 20, 21])
    np.testing.assert_array_equal(
        beside._of_items(np.full(4, 2), when), [[0, 0, 0], [1, 5, 1], [1, 5, 1], [2, 6, 1]]
    )
    again = PairFeatures.of_totals(side, beside.totals(), best=5.0, until=99, prior=3.0)
    again = again._of_items(np.full(2, 2), when[:2])
    np.testing.assert_array_equal(again, [[2, 6, 1]] * 2)


def test_nothing_later_moves_a_number(split):
    whole = mt.data.Histories.from_events(split.events, split.log.catalogue)
    before = _raw(split)._raw(*every_event(whole))
    row = 20
    clock = whole.columns["timestamp"]
    moved = split.events.with_columns(
        pl.when((pl.int_range(pl.len()) >= row) & (pl.lit(clock) >= clock[row]))
        .then(6 - pl.col("rating"))
        .otherwise(pl.col("rating"))
        .alias("rating")
    )
    log = replace(split.log, events=moved.drop("part"))
    numbers = _raw(mt.data.Split(log, split.protocol, moved, split.about))
    numbers.prior = _raw(split).prior  # the mean of training moves with the ratings; it is no clock
    after = numbers._raw(*every_event(mt.data.Histories.from_events(moved, split.log.catalogue)))
    earlier = clock <= clock[row]
    assert earlier.sum() > 10
    np.testing.assert_allclose(after[earlier], before[earlier], atol=1e-9)


def test_a_query_and_the_log_say_the_same(split, inputs):
    queries = split.queries("test", every_event=True)
    some = queries.histories.lengths > 0
    whole = mt.data.Histories.from_events(split.events, split.log.catalogue)
    by_log = inputs.beside.of_events(whole)[queries.rows]
    by_query = inputs.beside.of(queries.histories, queries.target_items)
    np.testing.assert_allclose(by_query[some], by_log[some], atol=1e-6)
    assert np.isfinite(by_query).all()


def test_training_numbers_are_standardised(split, inputs):
    whole = mt.data.Histories.from_events(split.events, split.log.catalogue)
    train = (split.events["part"] == "train").to_numpy()
    numbers = inputs.beside.of_events(whole)[train]
    np.testing.assert_allclose(numbers.mean(0), 0, atol=0.2)  # cut at four deviations
    assert np.abs(numbers).max() <= 4.0


@pytest.mark.parametrize("trunk", ["GPT", "LSTM", "BERT"])
def test_heads_that_are_given_the_item_see_the_numbers(split, inputs, trunk):
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()]
    model = mt.models.MultiTask(getattr(mt.models, trunk)(inputs, width=8), tasks=tasks)
    model.compile("adam")
    x, _ = next(iter(model.trunk.feed(split, batch_size=4).dataset(0)))
    assert x["beside"].shape == (*x["item"].shape, len(NAMES))
    before = model(x)
    after = model(x | {"beside": x["beside"] + 1.0})
    np.testing.assert_array_equal(before["next_item"], after["next_item"])
    assert np.abs(np.asarray(before["like"]) - np.asarray(after["like"])).max() > 0


def test_one_item_is_a_column_of_the_catalogue_and_survives_saving(split, inputs, tmp_path):
    tasks = [mt.tasks.NextItem(), mt.tasks.Like()]
    model = mt.models.MultiTask(mt.models.GPT(inputs, width=8, layers=1), tasks=tasks)
    model.build()
    queries = split.queries("test", every_event=True)[-3:]
    whole = model.predict_catalogue(queries.histories, "like")
    one = model.predict_events(queries.histories, queries.target_items)["like"]
    np.testing.assert_allclose(one, whole[[0, 1, 2], queries.target_items - 2], atol=1e-6)
    mt.save(model, tmp_path / "beside.mtrec")
    again = mt.load(tmp_path / "beside.mtrec")
    late = mt.data.Histories.from_lists([[2, 3]], rating=[[1.0, 5.0]])  # asked at the log's end
    model.inputs_fitted = again.inputs_fitted  # the file keeps the items' totals, not their events
    np.testing.assert_allclose(
        again.predict_events(late, np.array([4]))["like"],
        model.predict_events(late, np.array([4]))["like"],
        rtol=1e-5,
    )


def test_a_log_without_ratings_has_no_such_numbers():
    log = mt.data.load(mt.core.package_data("fixtures/visits.toml"))
    with pytest.raises(ParameterError, match="need ratings"):
        mt.features.fit(mt.data.split(log), beside=True)
