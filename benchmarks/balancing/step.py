"""What a balancing method costs: its training step beside the plain one, four tasks, one process.

All methods take turns, a few steps each, round after round, on the same batch. With the gradients
at the shared states a step needs a backward pass a task through mixer and heads, and one through
the trunk; over all shared parameters it needs as many passes through the trunk as there are tasks.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

import mtrec_lib as mt
from benchmarks._study.rows import row

QUIET = True
MAX_LENGTH, BATCH, STEPS, ROUNDS = 100, 32, 6, 5
TRUNK = {"width": 64, "layers": 2, "heads": 2, "dropout": 0.2}
MIXERS: dict[str, Callable[[], Any]] = {
    "shared bottom": mt.models.SharedBottom,
    "MMoE": lambda: mt.models.MMoE(experts=4),
}
LOSSES: dict[str, Callable[[], Any]] = {
    "fixed weights": mt.training.FixedWeights,
    "uncertainty": mt.training.UncertaintyWeighting,
    "random weights": mt.training.RandomWeights,
    "DWA": mt.training.DWA,
    "FAMO": mt.training.FAMO,
}
GRADIENTS: dict[str, Any] = {
    "GradNorm": mt.training.GradNorm,
    "IMTL-G": mt.training.IMTLG,
    "MGDA": mt.training.MGDA,
    "PCGrad": mt.training.PCGrad,
    "CAGrad": mt.training.CAGrad,
    "Nash-MTL": mt.training.NashMTL,
    "Aligned-MTL": mt.training.AlignedMTL,
    "UPGrad": mt.training.UPGrad,
    "dual projection": mt.training.DualProjection,
}


def run(args: Any) -> list[dict[str, Any]]:
    """Time every method under every mixer, and answer with the row of the dearest."""
    split = mt.data.global_time(mt.data.load("ml-100k"))
    inputs = mt.features.fit(split, max_length=MAX_LENGTH)
    tables = {name: measured(inputs, split, mixer) for name, mixer in MIXERS.items()}
    table = {
        f"{method}, {mixer}": spread(seconds, times["plain"])
        for mixer, times in tables.items()
        for method, seconds in times.items()
        if method != "plain"
    }
    dearest = max((f"{g}, {m}" for g in GRADIENTS for m in MIXERS), key=lambda name: table[name][0])
    mixer = dearest.rsplit(", ", 1)[1]
    plain = statistics.median(tables[mixer]["plain"])
    found = row(
        "balancing/step/worst",
        f"seconds of a training step with {dearest}, gradients at the shared states, over those of "
        "the plain step; GPT, four tasks, ml-100k, compiled",
        table[dearest][0] * plain,
        plain,
        "seconds",
        table[dearest][1:],
        ROUNDS,
    )
    return [found | {"table": {name: ratio for name, (ratio, *_) in table.items()}}]


def measured(inputs: Any, split: Any, mixer: Callable[[], Any]) -> dict[str, list[float]]:
    """``{method: seconds a step, a round each}``, every method in turn."""
    batch = next(iter(mt.models.GPT(inputs, **TRUNK).feed(split, batch_size=BATCH).dataset(0)))
    data = tf.data.Dataset.from_tensors(batch).repeat()
    methods: dict[str, Callable[[], Any]] = {"plain": lambda: None, **LOSSES, **GRADIENTS}
    methods["UPGrad over all parameters"] = lambda: mt.training.UPGrad(at="parameters")
    steps = {name: stepper(inputs, mixer(), make(), data) for name, make in methods.items()}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            started = time.perf_counter()
            for _ in range(STEPS):
                step()
            seconds[name].append((time.perf_counter() - started) / STEPS)
    return seconds


def stepper(inputs: Any, mixer: Any, balancing: Any, data: Any) -> Callable[[], Any]:
    """A function that takes one compiled training step; it has taken two."""
    keras.utils.set_random_seed(0)
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like(), mt.tasks.TopGrade()]
    model = mt.models.MultiTask(mt.models.GPT(inputs, **TRUNK), mixer=mixer, tasks=tasks)
    model.compile(keras.optimizers.AdamW(2e-3), balancing=balancing, jit_compile=True)
    model.optimizer.build(model.learned)
    model.make_train_function()
    batches = iter(data)

    def step() -> None:
        float(model.train_function(batches)["loss"])  # reading the number waits for the step

    step()
    step()
    return step


def spread(seconds: list[float], plain: list[float]) -> list[float]:
    """Median of the rounds' ratios, and their lowest and highest."""
    ratios = [one / other for one, other in zip(seconds, plain, strict=True)]
    return [round(value, 4) for value in (statistics.median(ratios), min(ratios), max(ratios))]
