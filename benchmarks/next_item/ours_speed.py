"""The speed of our step, in windows: ``python -m benchmarks.next_item.ours_speed ROLE split …``.

Roles: ``padded`` and ``packed`` are whole epochs of ``fit`` with their input pipeline; ``step`` is
the training step alone, on one padded batch.
"""

import sys
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from benchmarks.next_item.exported import split_of
from benchmarks.next_item.ours import model_of
from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import arguments, peak_mb
from mtrec_lib.features.sequences.without_autotune import without_autotune

STEPS = 20  # of one batch, between two looks at the clock


def model_for(settings: dict[str, Any], split: Any) -> Any:
    """The transformer of the peer's sizes, ids alone, compiled as ``mt.training.fit`` does."""
    sizes = {name: settings[name] for name in ("width", "layers", "heads", "dropout")}
    inputs = {"max_length": settings["length"], "side": False}
    model = model_of({"inputs": inputs, "trunk": {"kind": "GPT", **sizes}}, split, seed=0)
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=0.01, clipnorm=1.0)
    model.compile(optimizer=optimizer, jit_compile=True)
    model.build()
    return model


def epochs(role: str, model: Any, split: Any, batch: int) -> Iterator[tuple[Any, int, int]]:
    """Endless: a data set, its rows and its real targets."""
    feed = {"packed": model.inputs.packed}.get(role, model.inputs.windows)(split, batch_size=batch)
    if role == "step":
        x, y = next(iter(feed.dataset(0, limit=1)))
        one = without_autotune(tf.data.Dataset.from_tensors((x, y)).cache().repeat(STEPS))
        while True:
            yield one, batch * STEPS, int(tf.reduce_sum(y["counted"])) * STEPS
    epoch = 0
    while True:
        yield feed.dataset(epoch), len(feed.rows(epoch)[0]), feed.targets
        epoch += 1


def main() -> None:
    """Train for as long as the windows are open; the first pass compiles and does not count."""
    role = sys.argv.pop(1)
    _, settings, _ = arguments()
    split = split_of(settings["data"])
    model, gate = model_for(settings, split), Gate()
    begun, go = False, True
    for data, rows, real in epochs(role, model, split, settings["batch_size"]):
        model.fit(data, verbose=0, shuffle=False)
        if begun:
            go = gate.count(sequences=rows, targets=real)
        else:
            begun, go = True, gate.ready(memory_mb=peak_mb(), parameters=model.count_params())
        if not go:
            return


if __name__ == "__main__":
    main()
