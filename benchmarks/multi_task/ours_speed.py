"""The speed of our mixers on flat rows: ``python -m benchmarks.multi_task.ours_speed MODEL …``.

Plain Keras ``compile`` and ``fit``; the compiler sees the whole step, and several steps are one
call. The words after MODEL (``shared-bottom`` or ``mmoe``) are ``flat.npz`` and ``settings.json``.
"""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.multi_task.flat import inputs, model_of
from benchmarks.next_item.bound import gflops
from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import peak_mb
from mtrec_lib.features.sequences.without_autotune import without_autotune

PASSES = 10  # over the rows, between two looks at the clock


def batches(x: dict[str, np.ndarray], y: np.ndarray, size: int, passes: int) -> Any:
    """Whole batches of shuffled rows; what is left over of a pass is dropped."""
    tensors = {name: tf.constant(column) for name, column in x.items()}
    labels, steps = tf.constant(y), len(y) // size

    def one_pass(_: Any) -> Any:
        order = tf.random.shuffle(tf.range(len(y)))[: steps * size]
        return tf.data.Dataset.from_tensor_slices(tf.reshape(order, (steps, size)))

    def cut(rows: Any) -> Any:
        return {name: tf.gather(c, rows) for name, c in tensors.items()}, tf.gather(labels, rows)

    data = tf.data.Dataset.range(passes).flat_map(one_pass).map(cut)
    return without_autotune(
        data.apply(tf.data.experimental.assert_cardinality(passes * steps)).prefetch(2)
    )


def main() -> None:
    """Train for as long as the windows are open; the first passes compile and do not count."""
    kind, path, settings = sys.argv[1:4]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    keras.utils.set_random_seed(told["seed"])
    found = dict(np.load(path))
    x, sizes = inputs(found)
    model = model_of(kind, told, x, sizes)
    size = told["batch_size"]
    steps = len(found["y"]) // size
    model.compile(
        optimizer=keras.optimizers.Adam(told["learning_rate"], weight_decay=told["weight_decay"]),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=True,
        steps_per_execution=steps,
    )
    data = batches(x, found["y"], size, told.get("passes", PASSES))
    samples = told.get("passes", PASSES) * steps * size

    def fit() -> float:
        return model.fit(data, verbose=0, shuffle=False).history["loss"][-1]

    loss = fit()
    parameters = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    gate = Gate()
    go = gate.ready(gflops=gflops(), memory_mb=peak_mb(), parameters=parameters, losses=[loss])
    while go:
        fit()
        go = gate.count(samples=samples)


if __name__ == "__main__":
    main()
