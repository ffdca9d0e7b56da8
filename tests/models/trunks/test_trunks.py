"""One contract for every trunk: what a state may know, and what it must not."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt

TRUNKS = ["BERT", "GPT", "LSTM", "DecoderTrunk", "MinGRU"]
SIZES = {"width": 8, "heads": 2, "groups": 1, "inner": 12, "base": 1e4, "epsilon": 1e-5}
CAUSAL = [name for name in TRUNKS if getattr(mt.models, name).causal]
PACKS = [name for name in TRUNKS if getattr(mt.models, name).packs]
EVENTS = ("item", "rating", "gap")


def _trunk(inputs, name, **settings):
    keras.utils.set_random_seed(3)
    if name == "DecoderTrunk":  # sizes alone, as from a configuration
        settings["decoder"] = SIZES | {"layers": 2, "length": 1.0}
    trunk = getattr(mt.models, name)(inputs, width=8, layers=1, **settings)
    trunk.build()
    for block in trunk.blocks if name == "DecoderTrunk" else ():
        for lora in (block.query, block.value):  # while B is zero, no gradient reaches A
            lora.b.assign(np.full(lora.b.shape, 0.1))
    return trunk


def _model(inputs, name):
    model = mt.models.MultiTask(
        _trunk(inputs, name), tasks=[mt.tasks.NextItem(), mt.tasks.Rating()]
    )
    model.build()
    return model


@pytest.fixture(scope="module")
def batch(films_inputs, films_split):
    """Rows of one person each, padded on the left."""
    windows = films_inputs.windows(films_split, batch_size=4)
    return windows.batch(*(part[:4] for part in windows.rows(0)))[0]


def test_every_trunk_of_the_library_is_under_this_contract():
    found = {
        name
        for name in mt.models.__all__
        if isinstance(getattr(mt.models, name), type)
        and issubclass(getattr(mt.models, name), mt.models.Trunk)
    }
    assert found - {"Trunk"} == set(TRUNKS)


@pytest.mark.parametrize("name", TRUNKS)
def test_a_state_an_event(films_inputs, batch, name):
    trunk = _trunk(films_inputs, name)
    states = trunk(batch)
    assert tuple(states.shape) == (4, 5, 8)
    assert tuple(trunk.compute_output_shape({"item": (4, 5)})) == (4, 5, 8)
    assert np.isfinite(states).all()


@pytest.mark.parametrize("name", CAUSAL)
def test_a_state_never_sees_a_later_event(films_inputs, batch, name):
    trunk = _trunk(films_inputs, name)
    x = {part: batch[part].copy() for part in EVENTS}
    before = np.asarray(trunk(x))
    x["item"][:, -1], x["rating"][:, -1], x["gap"][:, -1] = 3, 1, 7
    after = np.asarray(trunk(x))
    np.testing.assert_allclose(after[:, :-1], before[:, :-1], atol=1e-6)
    assert np.abs(after[:, -1] - before[:, -1]).max() > 1e-4


def test_a_state_of_bert_sees_later_events(films_inputs, batch):
    trunk = _trunk(films_inputs, "BERT")
    x = {part: batch[part].copy() for part in EVENTS}
    before = np.asarray(trunk(x))
    x["item"][:, -1] = 3
    assert np.abs(np.asarray(trunk(x))[:, -2] - before[:, -2]).max() > 1e-4


@pytest.mark.parametrize("name", TRUNKS)
def test_padding_leaves_no_trace(films_inputs, name):
    # the same three events alone, and behind three places of padding
    trunk = _trunk(films_inputs, name)
    short = {"item": [[2, 5, 3]], "rating": [[1, 0, 2]], "gap": [[0, 3, 4]]}
    short = {part: np.array(values, np.int32) for part, values in short.items()}
    long = {part: np.pad(values, ((0, 0), (3, 0))) for part, values in short.items()}
    np.testing.assert_allclose(trunk(long)[:, 3:], trunk(short), atol=1e-5)


@pytest.mark.parametrize("name", PACKS)
def test_packed_states_equal_padded_ones(films_inputs, films_split, name):
    # every piece of a packed row, once more alone in a row of its own
    trunk = _trunk(films_inputs, name)
    feed = mt.features.Packed(replace(films_inputs.spec, max_length=10), films_split)
    x, _ = feed.batch(*feed.rows(0))
    packed = np.asarray(trunk(x))
    pieces = 0
    for row, segments in enumerate(x["segment"]):
        for number in set(segments.tolist()) - {0}:
            places = segments == number
            alone = {part: x[part][row, places][None] for part in EVENTS}
            np.testing.assert_allclose(trunk(alone)[0], packed[row, places], atol=1e-5)
            pieces += 1
    assert pieces == 12 == 2 * len(x["segment"])  # two people a row


@pytest.mark.parametrize("name", TRUNKS)
def test_an_empty_history_has_a_finite_state(films_inputs, name):
    trunk = _trunk(films_inputs, name)
    assert np.isfinite(trunk(trunk.arrays(mt.data.Histories.empty(2)))[:, -1]).all()


@pytest.mark.parametrize("name", TRUNKS)
def test_a_past_that_is_too_long_loses_its_oldest_events(films_inputs, name):
    trunk = _trunk(films_inputs, name)
    pasts = mt.data.Histories.from_lists([[9, 8, 7, 2, 3, 4, 5, 6], [3, 3, 3, 2, 3, 4, 5, 6]])
    states = np.asarray(trunk(trunk.arrays(pasts))[:, -1])
    np.testing.assert_allclose(states[0], states[1], atol=1e-6)


@pytest.mark.parametrize("name", TRUNKS)
def test_the_loss_reaches_every_weight(films_inputs, films_split, name):
    model = _model(films_inputs, name)
    feed = model.trunk.feed(films_split, batch_size=8)
    x, y = next(iter(feed.dataset(0)))
    with tf.GradientTape() as tape:
        sums, _ = model.task_sums(model(x, training=True), y)
        total = sum(sums)
    for variable, gradient in zip(
        model.trainable_variables, tape.gradient(total, model.trainable_variables), strict=True
    ):
        assert gradient is not None, variable.path
        assert np.abs(tf.convert_to_tensor(gradient)).max() > 0, variable.path


@pytest.mark.parametrize("name", TRUNKS)
def test_a_trunk_comes_back_from_its_configuration(films_inputs, batch, name):
    trunk = _trunk(films_inputs, name, dropout=0.3)
    again = type(trunk).from_config(trunk.get_config())
    again.build()
    assert again.get_config() == trunk.get_config()
    again.set_weights(trunk.get_weights())
    np.testing.assert_array_equal(again(batch), trunk(batch))


@pytest.mark.parametrize("name", TRUNKS)
def test_a_saved_model_answers_the_same(films_inputs, films_split, tmp_path, name):
    model = _model(films_inputs, name)
    past = films_split.queries("test").histories[:3]
    mt.save(model, tmp_path / "model.mtrec")
    again = mt.load(tmp_path / "model.mtrec")
    np.testing.assert_array_equal(again.scores(past), model.scores(past))


@pytest.mark.parametrize("name", TRUNKS)
def test_the_same_seed_trains_to_the_same_weights(films_inputs, films_split, name):
    settings = {"epochs": 1, "batch_size": 4, "seed": 1, "jit_compile": False, "progress": False}
    first, second = (_model(films_inputs, name) for _ in range(2))
    start = first.get_weights()
    losses = [mt.training.fit(m, films_split, **settings)[0]["loss"] for m in (first, second)]
    assert np.isfinite(losses).all()
    changed = 0.0
    for before, mine, theirs in zip(start, first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
        changed = max(changed, np.abs(mine - before).max(initial=0.0))
    assert changed > 0
