"""A low-rank addition: nothing before the first step, all of it in A and B, exact when merged."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.lora import equations

X = np.linspace(-1, 1, 2 * 3 * 4, dtype="float32").reshape(2, 3, 4)
HEADS = X.reshape(2, 3, 2, 2)
KINDS = {
    "dense": (lambda: layers.Dense(5, activation="gelu"), X),
    "dense without bias": (lambda: layers.Dense(5, use_bias=False), X),
    "rank 2": (lambda: layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d"), X),
    "to heads": (lambda: layers.EinsumDense("btd,dnh->btnh", (None, 2, 3), bias_axes="nh"), X),
    "from heads": (
        lambda: layers.EinsumDense("btnh,nhd->btd", (None, 5), activation="tanh"),
        HEADS,
    ),
    "any axes": (lambda: layers.EinsumDense("...d,df->...f", (5,)), X),
}


def _wrapped(name, rank=2, alpha=6.0):
    make, x = KINDS[name]
    keras.utils.set_random_seed(5)
    plain = make()
    before = np.asarray(plain(x))
    return mt.pretrained.LoRA(plain, rank=rank, alpha=alpha), x, before


def _stirred(lora):
    """B away from zero, so that the addition says something."""
    lora.b.assign(np.linspace(-1, 1, int(np.prod(lora.b.shape))).reshape(lora.b.shape))
    return lora


@pytest.mark.parametrize("name", KINDS)
def test_nothing_changes_before_the_first_step(name):
    lora, x, before = _wrapped(name)
    np.testing.assert_allclose(lora(x), before, atol=1e-6)


@pytest.mark.parametrize("name", KINDS)
def test_merged_it_says_the_same(name):
    lora, x, before = _wrapped(name)
    lora(x)
    answer = np.asarray(_stirred(lora)(x))
    assert np.abs(answer - before).max() > 0.1
    merged = lora.merge()
    assert type(merged) is type(lora.layer)
    np.testing.assert_allclose(merged(x), answer, atol=2e-6)


@pytest.mark.parametrize("name", KINDS)
def test_only_a_and_b_learn(name):
    lora, x, _ = _wrapped(name)
    lora(x)
    kernel = np.asarray(lora.layer.kernel)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(tf.square(_stirred(lora)(x)))
    assert [id(v) for v in lora.trainable_variables] == [id(lora.a), id(lora.b)]
    gradients = tape.gradient(value, lora.trainable_variables)
    keras.optimizers.SGD(0.1).apply_gradients(zip(gradients, lora.trainable_variables, strict=True))
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)
    np.testing.assert_array_equal(lora.layer.kernel, kernel)


def test_the_addition_is_what_the_paper_writes():
    # W = 0 and b = 0, so that y = (alpha / rank) · x A B
    lora = mt.pretrained.LoRA(layers.Dense(2, kernel_initializer="zeros"), rank=1, alpha=3)
    lora.build((None, 2))
    lora.a.assign([[1.0], [2.0]])
    lora.b.assign([[10.0, 20.0]])
    # x A = 1·1 + 1·2 = 3; · B = (30, 60); · 3/1 = (90, 180)
    assert np.asarray(lora(np.ones((1, 2), "float32"))).tolist() == [[90.0, 180.0]]


def test_parameters_grow_with_the_rank_alone():
    # 8 → (2, 6): A 8·3, B 3·12
    lora = mt.pretrained.LoRA(layers.EinsumDense("btd,dnh->btnh", (None, 2, 6)), rank=3)
    lora.build((None, None, 8))
    assert sum(int(np.prod(v.shape)) for v in lora.trainable_variables) == 3 * (8 + 12)


def test_an_axis_that_is_kept_is_refused():
    with pytest.raises(ParameterError, match="read or written, not kept"):
        equations(layers.EinsumDense("bnd,ndh->bnh", (2, 3)))


@pytest.mark.parametrize(
    ("layer", "settings", "words"),
    [
        (layers.LayerNormalization(), {}, "must be a Dense or EinsumDense"),
        (layers.Dense(2), {"rank": 0}, "rank must be ≥ 1"),
        (layers.Dense(2), {"alpha": 0.0}, "alpha > 0"),
    ],
)
def test_what_cannot_be_wrapped(layer, settings, words):
    with pytest.raises(ParameterError, match=words):
        mt.pretrained.LoRA(layer, **settings)


def test_an_adapter_of_keras_is_not_doubled():
    dense = layers.Dense(2)
    dense.build((None, 3))
    dense.enable_lora(1)
    with pytest.raises(ParameterError, match="adapter of Keras"):
        mt.pretrained.LoRA(dense)


@pytest.fixture
def attention():
    keras.utils.set_random_seed(2)
    block = layers.MultiHeadAttention(num_heads=2, key_dim=4)
    block(X, X)
    return block


def test_a_model_is_frozen_but_for_what_was_added(attention):
    before = np.asarray(attention(X, X))
    added = mt.pretrained.add_lora(attention, rank=2, where=("query", "value"))
    assert [lora.layer.name for lora in added] == ["query", "value"]
    np.testing.assert_allclose(attention(X, X), before, atol=1e-6)
    mine = {id(v) for lora in added for v in (lora.a, lora.b)}
    assert {id(v) for v in attention.trainable_variables} == mine
    for lora in added:
        _stirred(lora)
    assert np.abs(np.asarray(attention(X, X)) - before).max() > 1e-3


def test_a_merged_model_is_plain_again(attention):
    for lora in mt.pretrained.add_lora(attention, rank=2):
        _stirred(lora)
    answer = np.asarray(attention(X, X))
    merged = mt.pretrained.merge_lora(attention)
    assert {type(layer) for layer in merged} == {layers.EinsumDense}
    np.testing.assert_allclose(attention(X, X), answer, rtol=1e-5, atol=1e-5)
    assert len(attention.variables) == 8  # four kernels, four biases
    assert mt.pretrained.merge_lora(attention) == []


def test_every_trunk_of_ours_takes_it(films_inputs):
    trunk = mt.models.GPT(films_inputs, width=8, layers=2)
    trunk.build()
    added = mt.pretrained.add_lora(trunk, rank=1, where=["project_in", "project_out"])
    assert len(added) == 4
    assert len(trunk.trainable_variables) == 8


def test_a_name_that_nothing_has_is_refused_with_those_there_are(attention):
    with pytest.raises(ParameterError, match=r"where must name .*'attention_output', 'key'"):
        mt.pretrained.add_lora(attention, where=["querry"])
    assert len(attention.trainable_variables) == 8
