"""Click, buy and spend: what is given, what is left out, and what each form says."""

import keras
import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError

NAN = float("nan")
# an impression clicked and bought, clicked and not, not clicked, and an event that is none
Y = {
    "click": np.array([[1, 1, 0, NAN]], np.float32),
    "buy": np.array([[1, 0, NAN, NAN]], np.float32),
    "spend": np.array([[20.0, NAN, NAN, 0.0]], np.float32),
}


@pytest.fixture(scope="module")
def shop():
    return mt.data.leave_last_out(mt.data.simulate(users=20, events=400, feed=0.6, items=15))


@pytest.fixture(scope="module")
def inputs(shop):
    return mt.features.fit(shop, max_length=8)


def _model(inputs, tasks):
    keras.utils.set_random_seed(1)
    model = mt.models.MultiTask(mt.models.GPT(inputs, width=8, layers=1), tasks=tasks)
    model.build()
    return model


def test_what_each_form_of_buy_learns_from():
    chain, esmm, aitm, naive = map(mt.tasks.Buy, ("chain", "esmm", "aitm", "naive"))
    assert np.asarray(chain.mask(Y)).tolist() == [[1, 1, 0, 0]]
    assert np.asarray(naive.mask(Y)).tolist() == [[1, 1, 0, 0]]
    assert np.asarray(esmm.mask(Y)).tolist() == [[1, 1, 1, 0]]
    assert np.asarray(aitm.mask(Y)).tolist() == [[1, 1, 1, 0]]
    for task in (chain, esmm, aitm, naive):
        assert np.asarray(task.target(Y)).tolist() == [[1, 0, 0, 0]]


def test_a_buy_of_an_item_that_was_not_clicked_is_no_label():
    # logs that write 0 for it teach the same as logs that leave it empty
    y = Y | {"buy": np.array([[1, 0, 0, 0]], np.float32)}
    for form in ("chain", "esmm", "aitm"):
        task = mt.tasks.Buy(form)
        np.testing.assert_array_equal(task.mask(y), task.mask(Y))


def test_a_click_whose_buy_is_unknown_is_left_out_by_every_form():
    y = {"click": np.array([[1.0]], np.float32), "buy": np.array([[NAN]], np.float32)}
    assert float(mt.tasks.Buy("esmm").mask(y)[0, 0]) == 0


def test_losses_of_the_forms():
    # q = ½ and p = ½: the chain pays ln 2 for either answer; ESMM −ln ¼ for a buy, −ln ¾ for none
    both = np.zeros((1, 4, 2), np.float32)
    chain, esmm = mt.tasks.Buy("chain"), mt.tasks.Buy("esmm")
    np.testing.assert_allclose(chain.loss(both, Y), np.full((1, 4), np.log(2)), rtol=1e-6)
    expected = -np.log([[0.25, 0.75, 0.75, 0.75]])
    np.testing.assert_allclose(esmm.loss(both, Y), expected, rtol=1e-6)


def test_aitm_pays_where_a_buy_is_said_to_be_likelier_than_its_click():
    # u = ½, p = ¼: ln 2 for either answer, and calibrator · ¼ on top; q = u / p is cut at one
    output = np.stack([np.zeros((1, 4)), np.full((1, 4), -np.log(3))], axis=-1)
    task = mt.tasks.Buy("aitm", calibrator=2.0)
    np.testing.assert_allclose(task.loss(output, Y), np.full((1, 4), np.log(2) + 0.5), rtol=1e-6)
    found = {name: float(value[0, 0]) for name, value in task.readings(output).items()}
    assert found == {"buy": 1.0, "buy_shown": 0.5}
    # the other way round nothing is added: u = ¼, p = ½
    free = task.loss(output[..., ::-1], Y)[0, 1]
    assert float(free) == pytest.approx(-np.log(0.75), rel=1e-6)
    with pytest.raises(ParameterError, match="calibrator must be"):
        mt.tasks.Buy("aitm", calibrator=-1)


def test_a_buy_is_read_as_given_the_click_and_as_given_that_it_is_shown():
    # logits: q = sigmoid(0) = ½, p = sigmoid(ln ⅓) = ¼, so pq = ⅛
    task = mt.tasks.Buy()
    output = task.combine(np.zeros((1, 1, 1), "float32"), {"click": np.full((1, 1, 1), -np.log(3))})
    found = {name: float(value[0, 0]) for name, value in task.readings(output).items()}
    assert found == {"buy": 0.5, "buy_shown": pytest.approx(0.125)}
    assert float(task.expectation(output)[0, 0]) == 0.5


def test_the_naive_rate_knows_no_click(inputs, shop):
    model = _model(inputs, [mt.tasks.Click(), mt.tasks.Buy("naive")])
    asked = shop.queries("test")
    assert set(model.predict_events(asked.histories, asked.target_items)) == {"click", "buy"}


@pytest.mark.parametrize("form", ["chain", "esmm", "aitm"])
def test_shown_is_click_times_buy_for_an_item_and_for_the_catalogue(inputs, shop, form):
    # Buy stands before Click in the list: the model answers in the order of what is given
    model = _model(inputs, [mt.tasks.Buy(form), mt.tasks.NextItem(), mt.tasks.Click()])
    asked = shop.queries("test")
    said = model.predict_events(asked.histories, asked.target_items)
    possible = said["buy_shown"] < said["click"]  # untrained, AITM may say more buys than clicks
    product = (said["buy"] * said["click"])[possible]
    np.testing.assert_allclose(said["buy_shown"][possible], product, rtol=1e-5)
    for name in ("buy", "buy_shown", "click"):
        every = model.predict_catalogue(asked.histories, name)
        assert every.shape == (len(asked), 15)
        mine = every[np.arange(len(asked)), asked.target_items - 2]
        np.testing.assert_allclose(mine, said[name], rtol=1e-4)


def test_the_chain_can_stand_without_the_click_and_esmm_cannot(inputs, shop):
    asked = shop.queries("test")[:2]
    alone = _model(inputs, [mt.tasks.Buy()]).predict_events(asked.histories, asked.target_items)
    assert set(alone) == {"buy"}
    with pytest.raises(ParameterError, match="form no order"):
        _model(inputs, [mt.tasks.Buy("esmm")])
    for form in ("esmm", "aitm"):
        with pytest.raises(ParameterError, match=r"add mt\.tasks\.Click"):
            mt.tasks.Buy(form).combine(np.zeros((1, 1, 1)), {})


def test_esmm_sends_the_buy_into_the_click_and_the_chain_does_not(inputs, shop):
    import tensorflow as tf

    x, y = (part := inputs.windows(shop, batch_size=4)).batch(*(p[:4] for p in part.rows(0)))
    for form, reaches in (("chain", False), ("esmm", True), ("aitm", True)):
        model = _model(inputs, [mt.tasks.Click(), mt.tasks.Buy(form)])
        with tf.GradientTape() as tape:
            answers = model(x, training=False)
            loss = tf.reduce_sum(model.tasks[1].loss(answers["buy"], y) * model.tasks[1].mask(y))
        gradient = tape.gradient(loss, model.heads[0].out.kernel.value)
        assert (gradient is not None and bool(np.abs(gradient).max() > 0)) is reaches


def test_spend_learns_from_amounts_above_nothing():
    assert np.asarray(mt.tasks.Spend().mask(Y)).tolist() == [[1, 0, 0, 0]]
    assert np.isfinite(np.asarray(mt.tasks.Spend().loss(np.zeros((1, 4, 2)), Y))).all()


@pytest.mark.parametrize("form", ["lognormal", "gamma"])
@pytest.mark.parametrize("varying", [True, False])
def test_spend_says_the_mean(inputs, form, varying):
    # before training about μ = ln 20 and τ = 1: e^½ · 20 for a lognormal, 20 for a gamma
    task = mt.tasks.Spend(form, varying=varying, start=float(np.log(20)))
    head = task.make_head(inputs.spec, 8)
    output = head(np.zeros((1, 1, 8)), np.zeros((1, 1, 8)))
    expected = 20 * np.exp(0.5) if form == "lognormal" else 20
    assert float(task.expectation(output)[0, 0]) == pytest.approx(expected, rel=1e-5)
    assert task.tempered(output, 3.0) is output


def test_a_gamma_of_relative_spread_one_is_an_exponential():
    # log spread 0 is shape 1: −log density of mean 20 at 20 is 1 + ln 20
    output = np.array([[[np.log(20), 0.0]] * 4])
    loss = float(mt.tasks.Spend("gamma").loss(output, Y)[0, 0])
    assert loss == pytest.approx(1 + np.log(20), rel=1e-5)


@pytest.mark.parametrize("kind", [mt.tasks.Buy, mt.tasks.Spend, mt.tasks.Rating])
def test_another_form_is_refused(kind):
    with pytest.raises(ParameterError, match="form must be one of"):
        kind("else")


def test_a_log_without_clicks_carries_neither(films):
    kept, why = mt.tasks.carried([mt.tasks.Click(), mt.tasks.Buy(), mt.tasks.Spend()], films)
    assert kept == []
    assert why["buy"] == "the log films has no click and no buy"
    assert why["spend"] == "the log films has no spend"


def test_the_transfer_is_attention_over_two_vectors_by_hand():
    # two hidden units; h₁, h₂, h₃ are 1, 1 and 2 times u: worth ⟨u, u⟩ / √2, z = 2 Σ w u
    head = mt.models.AdaptiveTransfer(hidden=2)
    head.build((None, 2), (None, 2))
    eye = np.eye(2)
    head.of_state.set_weights([eye, np.zeros(2)])
    head.of_item.set_weights([np.zeros((2, 2))])
    head.handed.set_weights([eye, np.zeros(2)])
    head.asked.set_weights([np.hstack([eye, eye, 2 * eye])])
    q, p = np.array([1.0, 0.0]), np.array([0.0, 2.0])
    z = np.asarray(head.hidden_of(q[None], np.zeros((1, 2)), p[None]))[0]
    worth = np.exp(np.array([4.0, 1.0]) / np.sqrt(2))
    w = worth / worth.sum()  # of p, of q
    np.testing.assert_allclose(z, 2 * (w[0] * p + w[1] * q), rtol=1e-5)


def test_heads_of_different_size_cannot_hand_over(inputs, shop):
    with pytest.raises(ParameterError, match="'click' has 8 hidden units and 'buy' 4"):
        _model(inputs, [mt.tasks.Click(hidden=8), mt.tasks.Buy("aitm", hidden=4)])


def test_a_task_that_hears_nobody_who_is_there_is_refused(inputs):
    class Again(mt.tasks.Binary):
        name, label, given, transfer_from = "again", "click", ("item",), "clik"

    with pytest.raises(ParameterError, match="'again' hears 'clik', and there is no such task"):
        _model(inputs, [mt.tasks.Click(), Again()])


def test_three_steps_hand_over_one_to_the_next(inputs, shop):
    class Again(mt.tasks.Binary):
        name, label, given, transfer_from = "again", "spend", ("item", "buy"), "buy"

        def target(self, y):
            return super().target(y) * 0

    tasks = [mt.tasks.Click(), mt.tasks.Buy("aitm"), Again()]
    model = _model(inputs, tasks)
    asked = shop.queries("test")[:2]
    before = model.predict_events(asked.histories, asked.target_items)["again"]
    kernel = model.heads[0].of_state.kernel  # the click's: heard through the buy's
    kernel.assign(kernel * 3.0)
    after = model.predict_events(asked.histories, asked.target_items)["again"]
    assert np.abs(after - before).min() > 1e-6
