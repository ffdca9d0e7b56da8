"""A catalogue of a million items: seconds a training step, and memory, by the loss.

The model is the GPT of the book (width 64, two layers) without side information, a batch is
64 × 50, the optimizer is that of ``mt.training.fit``, the step is compiled. Each loss runs in a
process of its own, whose highest resident memory is the figure. The column ``peer`` holds the bar
of the first two rows, and the sampled loss's own figure in the rows of the full softmax.

The plain full softmax is not run: its logits alone are 64 · 50 · 10⁶ · 4 bytes = 12.8 GB, and
training holds them and their gradient. The chunked form gives the same loss in little memory.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks._study.rows import row

ITEMS, WIDTH, BATCH, LENGTH = 1_000_000, 64, 64, 50
STEPS = {"sampled": 13, "chunked": 3}
BARS = {"seconds": 1.0, "memory": 4.0}
GIGA = 1e9
QUIET = True


def measure(loss: str, averaged: bool) -> dict[str, Any]:
    """Train a few steps in this process: seconds of each but the first, and the peak in GB."""
    import keras
    import numpy as np
    import tensorflow as tf

    import mtrec_lib as mt

    class Clock(keras.callbacks.Callback):
        """Wall time of each step."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.began)

    rng = np.random.default_rng(0)
    text = rng.integers(2, ITEMS + 2, (STEPS[loss], BATCH, LENGTH + 1), dtype=np.int32)
    none = np.zeros((STEPS[loss], BATCH, LENGTH), np.int32)
    past, due = text[:, :, :-1], text[:, :, 1:]
    x = {"item": past, "rating": none, "gap": none, "segment": none + 1, "given_item": due}
    y = {"item": due, "counted": np.ones(due.shape, np.float32)}
    spec = mt.features.InputSpec(items=ITEMS, max_length=LENGTH)
    trunk = mt.models.GPT(spec, width=WIDTH, layers=2)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(loss=loss)])
    model.build()
    optimizer = keras.optimizers.AdamW(2e-3, weight_decay=0.01, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "log_sigma"])
    model.compile(optimizer=optimizer, jit_compile=True)
    clock = Clock()
    average = [mt.training.WeightAverage(0.99)] if averaged else []
    data = tf.data.Dataset.from_tensor_slices((x, y))
    model.fit(data, verbose=0, shuffle=False, callbacks=[*average, clock])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIGA  # Linux: KiB
    return {"seconds": clock.seconds[1:], "memory": peak}


def apart(loss: str, averaged: bool = False) -> dict[str, Any]:
    """:func:`measure` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.next_item.million_items", loss, str(int(averaged))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{loss}{', averaged' if averaged else ''}: {statistics.median(found['seconds']):.2f} s, "
        f"mean {statistics.mean(found['seconds']):.2f} s, {found['memory']:.2f} GB",
        flush=True,
    )
    return found


def run(args: Any) -> list[dict[str, Any]]:
    """Each loss in turn; two rows a loss, of seconds and of memory."""
    sampled, averaged, full = apart("sampled"), apart("sampled", True), apart("chunked")
    setting = f"a step of {BATCH} × {LENGTH} over 10⁶ items"
    rows = []

    def add(id: str, what: str, found: dict[str, Any], peers: tuple[float, float]) -> None:
        times = found["seconds"]
        middle, words = statistics.median(times), f"seconds of {what}, median"
        rows.append(row(id, words, middle, peers[0], "seconds", None, len(times)))
        memory = (f"{id}/memory", f"highest memory in {what}", found["memory"], peers[1])
        rows.append(row(*memory, "GB", None, 1))

    bars = BARS["seconds"], BARS["memory"]
    add("next-item/million-items", f"{setting}, sampled softmax, against the bar", sampled, bars)
    add(
        "next-item/million-items/averaged",
        f"{setting}, sampled softmax, weights averaged every fourth step, against the bar",
        averaged,
        bars,
    )
    ours = round(statistics.median(sampled["seconds"]), 4), round(sampled["memory"], 4)
    add(
        "next-item/million-items/full-softmax",
        f"{setting}, full softmax in chunks, against the sampled one",
        full,
        ours,
    )
    return rows


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], averaged=sys.argv[2] == "1")))
