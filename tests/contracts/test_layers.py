"""One contract for every registered class: build, shape, config, saving, precision, gradients."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.pretrained.decoders.llama_block import LlamaBlock

SPEC = mt.features.InputSpec(
    items=7, side=3, grades=(1.0, 2.0, 3.0), max_length=6, flags=("click",)
)
WIDTH, BATCH, LENGTH = 8, 2, 6
PAST = {
    "item": np.array([[0, 0, 9, 2, 3, 4], [5, 2, 2, 8, 1, 6]], np.int32),
    "rating": np.array([[0, 0, 0, 1, 2, 3], [1, 1, 2, 0, 3, 2]], np.int32),
    "gap": np.array([[0, 0, 0, 0, 3, 4], [5, 1, 2, 2, 9, 6]], np.int32),
    "click": np.array([[0, 0, 0, 1, 2, 0], [2, 1, 0, 0, 1, 2]], np.int32),
}
STATES = np.linspace(-1, 1, BATCH * LENGTH * WIDTH, dtype=np.float32).reshape(BATCH, LENGTH, WIDTH)
TABLE = np.linspace(-1, 1, SPEC.rows * WIDTH, dtype=np.float32).reshape(SPEC.rows, WIDTH)
STARTS = np.array([[1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]], bool)
CAUSAL = np.tril(np.ones((BATCH, LENGTH, LENGTH), bool))

BLOCK = {"width": WIDTH, "heads": 2, "groups": 1, "inner": 12, "base": 10_000.0, "epsilon": 1e-5}
DECODER = BLOCK | {"layers": 3, "length": 0.5}  # sizes alone: no weights of a decoder

ARTICLE = {"history": np.array([[0, 2, 3], [4, 5, 6]]), "category": np.array([[1], [2]])}

CASES = {
    "ByteDropout": (lambda: mt.layers.ByteDropout(0.5, seed=1), (STATES,)),
    "ItemTable": (lambda: mt.layers.ItemTable(SPEC, WIDTH), ()),
    "LoRA": (lambda: mt.pretrained.LoRA(keras.layers.Dense(5), rank=2), (STATES,)),
    "EventEmbedding": (lambda: mt.layers.EventEmbedding(SPEC, WIDTH, 0.1), (PAST, TABLE)),
    "TransformerBlock": (lambda: mt.layers.TransformerBlock(WIDTH, 2, 0.1), (STATES, CAUSAL)),
    "LlamaBlock": (lambda: LlamaBlock(**BLOCK, rank=2), (STATES, CAUSAL)),
    "MinGRUBlock": (lambda: mt.layers.MinGRUBlock(WIDTH, 0.1), (STATES, STARTS)),
    "BERT": (lambda: mt.models.BERT(SPEC, width=WIDTH, layers=1), (PAST,)),
    "GPT": (lambda: mt.models.GPT(SPEC, width=WIDTH, layers=1), (PAST,)),
    "LSTM": (lambda: mt.models.LSTM(SPEC, width=WIDTH), (PAST,)),
    "MinGRU": (lambda: mt.models.MinGRU(SPEC, width=WIDTH, layers=1), (PAST,)),
    "DecoderTrunk": (lambda: mt.models.DecoderTrunk(SPEC, DECODER, width=4, layers=1), (PAST,)),
    "ItemSoftmax": (lambda: mt.models.ItemSoftmax(SPEC), (STATES, TABLE)),
    "NegativeSampler": (
        lambda: mt.layers.NegativeSampler(7, 3, shared=False, seed=1),
        (np.array([[0, 6], [3, 3]], np.int32),),
    ),
    "GivenItem": (lambda: mt.models.GivenItem(4, units=2), (STATES, STATES)),
    "GaussianGivenItem": (
        lambda: mt.models.GaussianGivenItem(4, start=2.0, varying=True),
        (STATES, STATES),
    ),
    "AdaptiveTransfer": (
        lambda: mt.models.AdaptiveTransfer(WIDTH, units=2),
        (STATES, STATES, STATES),
    ),
    "GivenNothing": (lambda: mt.models.GivenNothing(4, units=2), (STATES,)),
    "OrdinalGivenItem": (lambda: mt.models.OrdinalGivenItem(5, hidden=4), (STATES, STATES)),
    "ArticleModel": (lambda: mt.models.ArticleModel(3), (ARTICLE,)),
    "SharedBottom": (lambda: mt.models.SharedBottom(hidden=5), (STATES,)),
    "MMoE": (lambda: mt.models.MMoE(experts=3, hidden=5), (STATES, 2)),
    "PLE": (lambda: mt.models.PLE(experts=2, shared=1, hidden=5), (STATES, 2)),
    "MoSE": (lambda: mt.models.MoSE(experts=3, hidden=5), (STATES, 2)),
}
MODELS = {"MultiTask"} | {
    name for name in mt.tasks.__all__ if name not in {"Binary", "Task", "carried"}
}


def _shape(argument):
    return tuple(argument.shape) if hasattr(argument, "shape") else argument  # a number of tasks


def _flat(value):
    return [np.asarray(part, np.float32) for part in tf.nest.flatten(value)]


def test_every_registered_class_has_a_case():
    registered = {
        name.removeprefix("mtrec>")
        for name in keras.saving.get_custom_objects()
        if name.startswith("mtrec>")
    }
    assert registered == set(CASES) | MODELS


@pytest.mark.parametrize("name", CASES)
def test_output_shape_is_as_promised(name):
    make, arguments = CASES[name]
    layer = make()
    output = layer(*arguments)
    shapes = [tf.nest.map_structure(_shape, argument) for argument in arguments]
    promised = layer.compute_output_shape(*shapes)
    assert tf.nest.flatten(promised) == [n for part in tf.nest.flatten(output) for n in part.shape]


@pytest.mark.parametrize("name", CASES)
def test_config_round_trip_by_value(name):
    make, arguments = CASES[name]
    layer = make()
    layer(*arguments)
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    again(*arguments)
    assert json.loads(json.dumps(again.get_config())) == config
    for mine, theirs in zip(layer.weights, again.weights, strict=True):
        theirs.assign(mine)
    for left, right in zip(_flat(layer(*arguments)), _flat(again(*arguments)), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-6)


@pytest.mark.parametrize("name", [n for n in CASES if n not in {"ByteDropout", "NegativeSampler"}])
def test_every_weight_gets_a_gradient(name):
    make, arguments = CASES[name]
    layer = make()
    layer(*arguments)
    with tf.GradientTape() as tape:
        output = layer(*arguments)
        value = sum(tf.reduce_sum(tf.square(part - 0.3)) for part in tf.nest.flatten(output))
    for variable, gradient in zip(
        layer.trainable_variables, tape.gradient(value, layer.trainable_variables), strict=True
    ):
        assert gradient is not None, variable.path


@pytest.mark.parametrize("name", CASES)
def test_mixed_precision_stays_finite(name):
    make, arguments = CASES[name]
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        for part in _flat(make()(*arguments)):
            assert np.isfinite(part).all()
    finally:
        keras.mixed_precision.set_dtype_policy("float32")


@pytest.mark.parametrize("name", [n for n in CASES if n != "NegativeSampler"])  # draws anew
def test_compiled_equals_uncompiled(name):
    make, arguments = CASES[name]
    layer = make()
    plain = _flat(layer(*arguments))
    compiled = _flat(tf.function(layer, jit_compile=True)(*arguments))
    for left, right in zip(plain, compiled, strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-5, atol=2e-5)


def test_saved_models_load_in_a_fresh_process(tmp_path, films_inputs, films_split):
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()]
    expected = {}
    for name in ("BERT", "GPT", "LSTM", "MinGRU"):
        trunk = getattr(mt.models, name)(films_inputs, width=8)
        model = mt.models.MultiTask(trunk, tasks=[type(task)() for task in tasks])
        model.build()
        mt.save(model, tmp_path / f"{name}.mtrec")
        past = films_split.queries("test").histories[:2]
        np.save(tmp_path / f"{name}.npy", model.scores(past))
        expected[name] = past.last(5, "item").tolist()
    script = (
        "import sys, numpy as np, mtrec_lib as mt\n"
        "from pathlib import Path\n"
        "folder = Path(sys.argv[1])\n"
        "for path in sorted(folder.glob('*.mtrec')):\n"
        "    model = mt.load(path)\n"
        "    rows = [[2, 3], [4]]\n"
        "    past = mt.data.Histories.from_lists(rows)\n"
        "    np.save(path.with_suffix('.again.npy'), model.scores(past))\n"
        "    assert model.catalogue.size == 9\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120)
    for name in expected:
        loaded = mt.load(tmp_path / f"{name}.mtrec")
        past = films_split.queries("test").histories[:2]
        np.testing.assert_array_equal(loaded.scores(past), np.load(tmp_path / f"{name}.npy"))
        rows = mt.data.Histories.from_lists([[2, 3], [4]])
        np.testing.assert_allclose(
            loaded.scores(rows), np.load(tmp_path / f"{name}.again.npy"), rtol=1e-5, atol=1e-6
        )
