"""Coarse views and auxiliaries: categories, repeats, returns, coupons; forms of a rating."""

import keras
import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

FORMS = ["gaussian", "discretised", "grades", "ordinal"]
NAN = float("nan")
Y = {
    "item": np.array([[2, 3, 0, 1]], np.int32),
    "rating": np.array([[4.0, 5.0, NAN, 1.0]], np.float32),
    "repeat": np.array([[0, 1, NAN, NAN]], np.float32),
}


@pytest.fixture(scope="module")
def shop():
    """A simulated shop: every item has one category, and people come back to items."""
    return mt.data.leave_last_out(mt.data.simulate(users=20, events=400, items=15, categories=4))


@pytest.fixture(scope="module")
def shop_inputs(shop):
    return mt.features.fit(shop, max_length=8)


def _states(*shape):
    return np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def _output(task, spec):
    keras.utils.set_random_seed(2)
    head = task.make_head(spec, 8)
    given = (_states(1, 4, 8), _states(1, 4, 8)) if "item" in task.given else (_states(1, 4, 8),)
    return head(*given)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_rating_is_a_distribution_over_grades(films_inputs, form):
    task = mt.tasks.Rating(form)
    output = _output(task, films_inputs.spec)
    p = np.exp(np.asarray(task.log_probabilities(output)))
    np.testing.assert_allclose(p.sum(-1), 1.0, atol=1e-5)
    np.testing.assert_allclose(task.probability(output, 4), p[..., 3:].sum(-1), rtol=1e-5)
    np.testing.assert_allclose(task.probability(output, 5), p[..., 4], rtol=1e-5)
    np.testing.assert_allclose(task.probability(output, 1), 1.0, atol=1e-5)
    if form != "gaussian":
        np.testing.assert_allclose(task.expectation(output), p @ np.arange(1.0, 6), rtol=1e-4)
        loss = np.asarray(task.loss(output, Y))[0]
        np.testing.assert_allclose(loss[[0, 1, 3]], -np.log(p[0, [0, 1, 3], [3, 4, 0]]), rtol=1e-4)


def test_a_rating_between_grades_counts_as_the_nearest(films_inputs):
    task = mt.tasks.Rating("grades")
    output = _output(task, films_inputs.spec)
    y = {"rating": np.array([[3.9, 5.4, 2.2, 1.0]], np.float32)}
    whole = {"rating": np.array([[4.0, 5.0, 2.0, 1.0]], np.float32)}
    np.testing.assert_array_equal(task.loss(output, y), task.loss(output, whole))


@pytest.mark.parametrize("form", FORMS)
def test_a_temperature_divides_logits_and_leaves_gaussians(films_inputs, form):
    task = mt.tasks.Rating(form)
    output = _output(task, films_inputs.spec)
    cooled = np.asarray(task.tempered(output, 2.0))
    factor = 1 if form in {"gaussian", "discretised"} else 2
    np.testing.assert_allclose(cooled * factor, output, rtol=1e-6)


def test_grades_are_needed_where_grades_are_asked_for(shop_inputs):
    bare = mt.features.InputSpec(items=3)
    mt.tasks.Rating("gaussian").make_head(bare, 8)
    for form in ("discretised", "grades", "ordinal"):
        with pytest.raises(ParameterError, match="two grades or more"):
            mt.tasks.Rating(form).make_head(bare, 8)


def test_top_is_the_best_grade(films_inputs):
    task = mt.tasks.TopGrade()
    task.prepare(films_inputs)
    assert task.at == 5.0
    assert np.asarray(task.target(Y)).tolist() == [[0, 1, 0, 0]]
    assert np.asarray(task.mask(Y)).tolist() == [[1, 1, 0, 1]]
    with pytest.raises(ParameterError, match=r"mt\.tasks\.TopGrade\(at=5\)"):
        mt.tasks.TopGrade().prepare(None)


def test_genres_are_a_bernoulli_each(films_inputs):
    # films 1 and 2 are ids 2 and 3: Drama; Comedy and War. Categories: Drama, Comedy, War
    task = mt.tasks.Genres()
    task.prepare(films_inputs)
    assert films_inputs.catalogue.categories == ("Drama", "Comedy", "War")
    assert np.asarray(task.target(Y))[0, :2].tolist() == [[1, 0, 0], [0, 1, 1]]
    assert np.asarray(task.mask(Y)).tolist() == [[1, 1, 0, 0]]
    # at logits 0 each of the three costs ln 2
    loss = np.asarray(task.loss(np.zeros((1, 4, 3), np.float32), Y))
    np.testing.assert_allclose(loss[0, :2], 3 * np.log(2), rtol=1e-6)


def test_several_categories_are_never_a_softmax(films, films_inputs):
    with pytest.raises(ParameterError, match=r"use mt\.tasks\.Genres"):
        mt.tasks.NextCategory().prepare(films_inputs)
    _, why = mt.tasks.carried([mt.tasks.NextCategory(), mt.tasks.Genres()], films)
    assert why == {"next_category": "an item of films has several categories: they are genres"}


def test_the_next_category_is_the_items_own(shop, shop_inputs):
    task = mt.tasks.NextCategory()
    task.prepare(shop_inputs)
    names = shop_inputs.catalogue.categories
    logits = np.log(np.array([[[0.1, 0.2, 0.3, 0.4]] * 4], np.float32))
    own = [names.index(shop.log.items["categories"][row][0]) for row in (0, 1)]
    loss = np.asarray(task.loss(logits, Y))[0, :2]
    np.testing.assert_allclose(loss, -logits[0, 0, own], rtol=1e-5)
    np.testing.assert_allclose(task.expectation(logits)[0, 0], [0.1, 0.2, 0.3, 0.4], rtol=1e-5)


@pytest.mark.parametrize("kind", [mt.tasks.Genres, mt.tasks.NextCategory])
def test_categories_come_back_with_the_catalogue_and_not_with_the_configuration(
    shop, shop_inputs, tmp_path, kind
):
    trunk = mt.models.GPT(shop_inputs, width=8, layers=1)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(), kind()])
    model.build()
    mt.save(model, tmp_path / "shop.mtrec")
    loaded = mt.load(tmp_path / "shop.mtrec")
    windows = shop_inputs.windows(shop, batch_size=4)
    x, y = windows.batch(*(part[:4] for part in windows.rows(0)))
    sums = [model.task_sums(one(x), y)[0][1] for one in (model, loaded)]
    assert float(sums[0]) == pytest.approx(float(sums[1]), rel=1e-6)
    bare = kind.from_config(model.tasks[1].get_config())
    with pytest.raises(ParameterError, match=r"load the model with mt\.load"):
        bare.target(Y)


def test_heads_given_nothing_do_not_see_the_item(shop, shop_inputs):
    keras.utils.set_random_seed(4)
    kinds = [mt.tasks.NextCategory(), mt.tasks.Genres(), mt.tasks.Repeat(), mt.tasks.Click()]
    model = mt.models.MultiTask(mt.models.GPT(shop_inputs, width=8, layers=1), tasks=kinds)
    model.build()
    windows = shop_inputs.windows(shop, batch_size=4)
    x, _ = windows.batch(*(part[:4] for part in windows.rows(0)))
    before = model(x)
    after = model(x | {"given_item": np.where(x["given_item"] > 0, 2, 0)})
    for name in ("next_category", "genres", "repeat"):
        np.testing.assert_array_equal(before[name], after[name])
    assert np.abs(np.asarray(before["click"]) - np.asarray(after["click"])).max() > 0


def test_numbers_of_events_and_not_vectors_are_predicted(shop, shop_inputs):
    kinds = [mt.tasks.NextItem(), mt.tasks.NextCategory(), mt.tasks.Genres(), mt.tasks.Repeat()]
    model = mt.models.MultiTask(mt.models.GPT(shop_inputs, width=8, layers=1), tasks=kinds)
    asked = shop.queries("test")
    said = model.predict_events(asked.histories, asked.target_items)
    assert {name: value.shape for name, value in said.items()} == {"repeat": (len(asked),)}
    none = model.predict_events(mt.data.Histories.empty(0), np.zeros(0, np.int32))
    assert none["repeat"].shape == (0,)
    with pytest.raises(ParameterError, match="one that is given the item"):
        model.predict_catalogue(asked.histories, "repeat")


def test_repeat_counts_where_the_item_is_known(shop, films):
    task = mt.tasks.Repeat()
    assert np.asarray(task.target(Y)).tolist() == [[0, 1, 0, 0]]
    assert np.asarray(task.mask(Y)).tolist() == [[1, 1, 0, 0]]
    assert task.missing_in(shop.log) is None
    assert task.missing_in(films) == "nobody comes back to an item in films"


def test_a_return_counts_only_if_the_whole_horizon_was_followed():
    # back after 3 days; not back in 20; back after 3 of which 5 were followed; no event
    y = {
        "until_return": np.array([[3, np.inf, 3, NAN]], np.float32),
        "followed_for": np.array([[30, 20, 5, NAN]], np.float32),
    }
    task = mt.tasks.ReturnWithin(days=7)
    assert np.asarray(task.target(y)).tolist() == [[1, 0, 1, 0]]
    assert np.asarray(task.mask(y)).tolist() == [[1, 1, 0, 0]]
    with pytest.raises(ParameterError, match="days must be > 0, got 0"):
        mt.tasks.ReturnWithin(days=0)


def test_two_horizons_stand_in_one_model(shop_inputs):
    kinds = [mt.tasks.ReturnWithin(days=7), mt.tasks.ReturnWithin(days=0.5)]
    model = mt.models.MultiTask(mt.models.GPT(shop_inputs, width=8, layers=1), tasks=kinds)
    assert [task.name for task in model.tasks] == ["return_within_7", "return_within_0.5"]


def test_every_task_says_what_it_is():
    kinds = {
        "factor": {"NextItem", "Rating", "Click", "Buy", "Spend"},
        "coarse view": {"Like", "TopGrade", "Genres", "NextCategory", "Repeat"},
        "auxiliary": {"ReturnWithin", "Coupon"},
    }
    for kind, names in kinds.items():
        for name in names:
            task = getattr(mt.tasks, name)
            assert task.kind == kind
            assert kind in " ".join(task.__doc__.lower().split()) or kind == "factor"
            assert kind.split()[0] in task.__doc__.lower()
    known = set().union(*kinds.values()) | {"Task", "Binary", "carried"}
    assert known == set(mt.tasks.__all__)


@pytest.mark.parametrize(
    "task",
    [
        mt.tasks.TopGrade(at=5), mt.tasks.Genres(categories=3), mt.tasks.NextCategory(categories=4),
        mt.tasks.Click(hidden=8), mt.tasks.Buy("esmm"), mt.tasks.Buy("naive", dropout=0.0),
        mt.tasks.Spend("gamma", varying=False), mt.tasks.Repeat(), mt.tasks.ReturnWithin(days=3),
        mt.tasks.Coupon(), *(mt.tasks.Rating(form) for form in FORMS),
    ],
    ids=lambda task: task.name,
)  # fmt: skip
def test_configs_round_trip(task):
    again = type(task).from_config(task.get_config())
    assert again.get_config() == task.get_config()
    assert (again.name, again.given, again.conditions) == (task.name, task.given, task.conditions)
