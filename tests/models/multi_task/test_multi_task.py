"""What one model of many tasks promises, on a made-up log."""

import keras
import numpy as np
import pytest
import scipy.special
from keras import ops

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


def _model(inputs, tasks=None, seed=0):
    keras.utils.set_random_seed(seed)
    kinds = tasks or [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()]
    model = mt.models.MultiTask(mt.models.GPT(inputs, width=8), tasks=kinds)
    model.build()
    return model


@pytest.fixture(scope="module")
def model(films_inputs):
    return _model(films_inputs)


@pytest.fixture(scope="module")
def batch(films_inputs, films_split):
    windows = films_inputs.windows(films_split, batch_size=4)
    return windows.batch(*(part[:4] for part in windows.cuts(0)))


def test_the_next_item_does_not_see_the_item(model, batch):
    x = dict(batch[0])
    before = model(x)
    x["given_item"] = np.where(x["given_item"] > 0, 2, 0)
    after = model(x)
    np.testing.assert_array_equal(before["next_item"], after["next_item"])
    assert np.abs(np.asarray(before["rating"]) - np.asarray(after["rating"])).max() > 0


def test_no_head_sees_the_outcome_of_the_event(model, batch):
    # the losses change with the labels, the outputs cannot: labels are not among the inputs
    assert not {"rating", "like"} & (set(batch[0]) - {"item", "rating", "gap", "given_item"})
    x = dict(batch[0])
    due = x["item"][:, 1:]
    real = x["item"][:, :-1] > 0
    np.testing.assert_array_equal(x["given_item"][:, :-1][real], due[real])


def test_log_probabilities_sum_to_one(model, films_split):
    past = films_split.queries("test").histories[:1]
    total = sum(
        np.exp(model.log_prob(past, np.array([item]))[0])
        for item in range(2, model.catalogue.size + 2)
    )
    assert total == pytest.approx(1.0, abs=1e-5)


def test_scores_are_log_probabilities_up_to_a_constant(model, films_split):
    past = films_split.queries("test").histories[:3]
    log_p = scipy.special.log_softmax(model.scores(past), axis=1)
    np.testing.assert_allclose(
        model.log_prob(past, [2, 3, 4]), log_p[[0, 1, 2], [0, 1, 2]], atol=1e-5
    )


def test_predictions_of_one_item_are_a_column_of_the_catalogue(model, films_split):
    past = films_split.queries("test").histories[:3]
    whole = model.predict_catalogue(past, "like")
    assert whole.shape == (3, 9)
    assert ((whole > 0) & (whole < 1)).all()
    one = model.predict_events(past, np.array([2, 6, 10]))["like"]
    np.testing.assert_allclose(one, whole[[0, 1, 2], [0, 4, 8]], atol=1e-6)


def test_a_batch_of_many_equals_many_batches_of_one(model, films_split):
    past = films_split.queries("test").histories
    one_by_one = np.concatenate([model.scores(past[i]) for i in range(3)])
    np.testing.assert_allclose(model.scores(past)[:3], one_by_one, atol=1e-5)


def test_an_empty_history_has_finite_scores(model):
    assert np.isfinite(model.scores(mt.data.Histories.empty(2))).all()


def test_all_weights_one_is_the_plain_sum(films_inputs, batch):
    x, y = batch
    plain, weighted = _model(films_inputs), _model(films_inputs)
    plain.compile("sgd")
    weighted.compile("sgd", balancing=mt.training.FixedWeights(next_item=1, rating=1, like=1))
    outputs = plain(x)
    losses = ops.stack(plain.task_sums(outputs, y)[0])
    weights = weighted.weights_of(losses)
    assert float(plain.total_of(losses, plain.weights_of(losses))) == pytest.approx(
        float(weighted.total_of(losses, weights)), abs=0
    )


def test_a_weight_of_zero_switches_a_task_off(films_inputs, batch):
    x, y = batch
    model = _model(films_inputs)
    model.compile("sgd", balancing=mt.training.FixedWeights(rating=0, like=0))
    losses = ops.stack(model.task_sums(model(x), y)[0])
    total = model.total_of(losses, model.weights_of(losses))
    assert float(total) == pytest.approx(float(losses[0]), rel=1e-6)


def test_plain_keras_compile_and_fit_work(films_inputs, films_split):
    model = _model(films_inputs)
    model.compile("adam")
    model.build()  # once more changes nothing
    data = films_inputs.windows(films_split, batch_size=8).dataset(0)
    record = model.fit(data, verbose=0, shuffle=False).history
    names = ("next_item", "rating", "like")
    assert set(record) == {"loss"} | {f"{n}_{what}" for n in names for what in ("loss", "weight")}
    assert record["loss"][0] == pytest.approx(
        sum(record[f"{name}_loss"][0] for name in names), rel=1e-5
    )


def test_a_batch_without_labels_has_a_finite_loss(films_inputs, batch):
    x, y = batch
    model = _model(films_inputs)
    model.compile("sgd")
    y = dict(y) | {"rating": np.full_like(y["rating"], np.nan), "counted": 0 * y["counted"]}
    logs = model.train_on_batch(x, y, return_dict=True)
    assert all(np.isfinite(value) for value in logs.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_givens_must_form_an_order(films_inputs):
    class Loop(mt.tasks.Rating):
        given = ("price",)

    with pytest.raises(ParameterError, match="form no order"):
        _model(films_inputs, [mt.tasks.NextItem(), Loop()])


def test_two_tasks_of_one_name_are_refused(films_inputs):
    with pytest.raises(ParameterError, match="distinct names"):
        _model(films_inputs, [mt.tasks.NextItem(), mt.tasks.NextItem()])


def test_ids_outside_the_catalogue_are_refused(model):
    with pytest.raises(ParameterError, match=r"ids in \[1, 10\]"):
        model.predict_events(mt.data.Histories.from_lists([[2]]), np.array([99]))


def test_a_model_without_next_item_ranks_nothing(films_inputs):
    with pytest.raises(ParameterError, match="no next-item task"):
        _model(films_inputs, [mt.tasks.Rating()]).scores(mt.data.Histories.from_lists([[2]]))


def test_side_information_can_be_left_out(films_inputs):
    assert films_inputs.spec.side > 0
    bare = films_inputs.without_side()
    names = [weight.path for weight in _model(bare).weights]
    assert not any("side" in name for name in names)


def test_plain_compile_and_fit_leave_a_model_that_answers(films_inputs, films_split):
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating()]
    model = mt.models.MultiTask(mt.models.GPT(films_inputs, width=8, layers=1), tasks=tasks)
    model.compile("adam")
    model.build()  # once more changes nothing
    data = films_inputs.windows(films_split, batch_size=8).dataset(0)
    model.fit(data, verbose=0, shuffle=False)
    asked = films_split.queries("test")
    answers = model.predict_events(asked.histories, asked.target_items)
    assert np.isfinite(answers["rating"]).all()


def test_blind_positions_answer_without_the_item_in_training_alone(films_split, films_inputs):
    tasks = [mt.tasks.NextItem(), mt.tasks.Like(dropout=0.0)]
    trunk = mt.models.GPT(films_inputs, width=8, layers=1, dropout=0.0)
    model = mt.models.MultiTask(trunk, tasks=tasks, blind=255 / 256)
    model.build()
    x, _ = next(iter(trunk.feed(films_split, batch_size=4).dataset(0)))
    other = {**x, "given_item": np.where(np.asarray(x["given_item"]) == 2, 3, 2)}
    moved = [
        np.abs(np.asarray(model(x, training=t)["like"]) - model(other, training=t)["like"])
        for t in (True, False)
    ]
    assert (moved[0] == 0).mean() > 0.9  # one position of 256 sees its item
    assert (moved[1] > 0).mean() > 0.9
    again = mt.models.MultiTask.from_config(model.get_config())
    assert again.blind == model.blind


def test_a_share_of_blind_positions_is_below_one(films_inputs):
    with pytest.raises(ParameterError, match=r"blind must be in \[0, 1\), got 1.0"):
        mt.models.MultiTask(mt.models.GPT(films_inputs), tasks=[mt.tasks.Like()], blind=1.0)
