"""One model for four tasks beside four models for one: what they cost, and what they are worth.

ml-100k under one cut in time; next item, rating, like, top. Every model has the same trunk and
stops by itself, three epochs after its best on validation. Cost is the time of training to that
stop, and of one answer for a batch of people; worth is measured on the test part, on every event.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy import stats

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import row
from benchmarks.multi_task.gbdt import Said

CELLS, QUIET = Cells(__name__), True
SEEDS, MAX_LENGTH, PEOPLE, ROUNDS = 5, 50, 128, 20
TRUNK = {"width": 64, "layers": 2, "heads": 2, "dropout": 0.3}
HEAD = {"hidden": 128, "dropout": 0.4}
TRAINING = {"epochs": 30, "patience": 3, "batch_size": 16, "learning_rate": 2e-3}
TASKS: dict[str, Callable[[], Any]] = {
    "next_item": mt.tasks.NextItem,
    "rating": lambda: mt.tasks.Rating(**HEAD),
    "like": lambda: mt.tasks.Like(**HEAD),
    "top": lambda: mt.tasks.TopGrade(**HEAD),
}
METRICS = {"next_item": "ndcg@10", "rating": "rmse", "like": "auc", "top": "auc"}
MARGINS = {"next_item": 0.02, "rating": 0.02, "like": 0.005, "top": 0.005}  # shares, then AUC


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    split = mt.data.global_time(mt.data.load("ml-100k"))
    inputs = mt.features.fit(split, max_length=MAX_LENGTH, beside=True)
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    cells = [cell(split, inputs, seed) for seed in seeds]
    return [*costs(cells), *worths(cells)]


def cell(split: Any, inputs: Any, seed: int) -> dict[str, Any]:
    """One model and four, one seed: seconds, answers, the metric a person."""
    settings = [TRUNK, HEAD, TRAINING, MAX_LENGTH]
    return CELLS.result(
        "five models", seed, settings, lambda: measured(split, inputs, seed), split.log.hash
    )


def measured(split: Any, inputs: Any, seed: int) -> dict[str, Any]:
    """Train all five, and ask them."""
    names = [list(TASKS), *([name] for name in TASKS)]
    found = [trained(split, inputs, tasks, seed) for tasks in names]
    models = [model for model, _ in found]
    together, apart = answering(split, models[:1]), answering(split, models[1:])
    rounds = [[together(), apart()] for _ in range(1 + ROUNDS)][1:]  # the first calls compile
    return {
        "training": [seconds for _, seconds in found],
        "latency": [statistics.median(times) for times in zip(*rounds, strict=True)],
        "worth": worth_of(split, models),
    }


def worth_of(split: Any, models: list[Any]) -> dict[str, list[Any]]:
    """Each task's metric by person on the test part: of the one model, and of the task's own."""
    both = found_on(split, models[0], list(TASKS), "test")
    each = zip(TASKS, models[1:], strict=True)
    alone = {name: found_on(split, model, [name], "test")[name] for name, model in each}
    return {name: [kept_of(found[name], name) for found in (both, alone)] for name in TASKS}


def trained(split: Any, inputs: Any, names: list[str], seed: int) -> tuple[Any, float]:
    """A model of these tasks, at its best on validation, and its seconds of training."""
    keras.utils.set_random_seed(seed)
    tasks = [TASKS[name]() for name in names]
    model = mt.models.MultiTask(mt.models.GPT(inputs, **TRUNK), tasks=tasks)

    def monitor(model: Any, split: Any) -> float:
        return summed(found_on(split, model, names, "validation"))

    logs = mt.training.fit(model, split, monitor=monitor, seed=seed, progress=False, **TRAINING)
    return model, sum(epoch["seconds"] for epoch in logs)


def found_on(split: Any, model: Any, names: list[str], part: str) -> dict[str, Any]:
    """How the model does each of these tasks on a part; it is asked about the events once."""
    found: dict[str, Any] = {}
    if "next_item" in names:
        found["next_item"] = mt.evaluation.rank(model, split, part=part, k=10, resamples=1)
    numbers = [name for name in names if name != "next_item"]
    if numbers:
        asked = split.queries(part, every_event=True)
        said = model.predict_events(asked.histories, asked.target_items)
        answers = Said(split, part, {name: said[name] for name in numbers})
        for name in numbers:
            found[name] = mt.evaluation.judge(answers, split, part, task=name, resamples=1)
    return found


def value_of(found: Any, name: str) -> float:
    """The metric of a task."""
    return float(found.metrics[METRICS[name]] or 0.0)


def summed(found: dict[str, Any]) -> float:
    """All metrics as one number, higher is better."""
    values = {name: value_of(each, name) for name, each in found.items()}
    return sum(-value if name == "rating" else value for name, value in values.items())


def kept_of(found: Any, name: str) -> dict[str, Any]:
    """The metric, and all that a comparison by person needs."""
    metric = "squared_error" if name == "rating" else METRICS[name]
    return {
        "value": value_of(found, name),
        "users": np.asarray(found.users).tolist(),
        "counts": np.asarray(found.counts).tolist(),
        "each": found.per_user[metric].tolist(),
        "weights": np.asarray(found.weights(metric)).tolist(),
    }


class Kept:
    """What :func:`kept_of` kept, for a comparison."""

    model, about = "kept", "ml-100k, test"

    def __init__(self, kept: dict[str, Any]) -> None:
        self.users, self.counts = np.array(kept["users"]), np.array(kept["counts"])
        self.per_user = {"metric": np.array(kept["each"])}
        self._weights = np.array(kept["weights"])

    def weights(self, metric: str) -> np.ndarray:
        """``(users,)``."""
        return self._weights


def answering(split: Any, models: list[Any]) -> Callable[[], float]:
    """A function that lets every model answer all it knows for some people; its seconds."""
    asked = split.queries("test", every_event=True)[:PEOPLE]
    x = models[0].trunk.arrays(asked.histories)
    x["beside"] = models[0].inputs.beside.of(asked.histories, asked.target_items)[:, None]
    inputs = {name: tf.constant(value) for name, value in x.items()}
    given = tf.constant(asked.target_items[:, None])
    calls = [tf.function(lambda x, g, m=m: m.answer(x, g, last=True)) for m in models]

    def ask() -> float:
        started = time.perf_counter()
        for call in calls:
            tf.nest.map_structure(np.asarray, call(inputs, given))
        return time.perf_counter() - started

    return ask


def costs(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of training time and latency: one model over four."""
    whats = {
        "training": ("training-time", "seconds of training to its own early stop"),
        "latency": ("latency", f"seconds of one answer for {PEOPLE} people"),
    }
    found = []
    for key, (name, what) in whats.items():
        one = [found_in[key][0] for found_in in cells]
        four = [sum(found_in[key][1:]) for found_in in cells]
        ratios = [a / b for a, b in zip(one, four, strict=True)]
        made = row(
            f"multi-task/{name}",
            f"{what}, one model of four tasks over four of one; ml-100k",
            statistics.mean(one),
            statistics.mean(four),
            "seconds",
            over_seeds(ratios),
            len(cells),
            seeds=len(cells),
        )
        found.append(made | {"by_seed": [round(ratio, 3) for ratio in ratios]})
    return found


def over_seeds(values: list[float]) -> list[float] | None:
    """Student's 95 % interval of a mean; None for a single seed."""
    if len(values) < 2:
        return None
    half = stats.t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return [statistics.mean(values) - half, statistics.mean(values) + half]


def worths(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a task: the one model's metric over the single model's, with the verdict."""
    found = []
    for name, margin in MARGINS.items():
        one, single = ([Kept(c["worth"][name][side]) for c in cells] for side in (0, 1))
        paired = mt.evaluation.compare(one, single, "metric")
        interval, low = [paired.ratio_low, paired.ratio_high], paired.low
        if name == "rating":  # squared errors: the ratio of their roots, and lower is better
            interval = [end**0.5 for end in interval]
            low = 1 - interval[1]
        if name == "next_item":
            low = paired.ratio_low - 1
        values = [[c["worth"][name][side]["value"] for c in cells] for side in (0, 1)]
        made = row(
            f"multi-task/worth/{name.replace('_', '-')}",
            f"{METRICS[name]} of {name}, one model of four tasks over a model of its own; ml-100k, "
            "global time split",
            statistics.mean(values[0]), statistics.mean(values[1]), METRICS[name], interval,
            len(cells[0]["worth"][name][0]["users"]), seeds=len(cells),
        )  # fmt: skip
        judged = {"peer_seeds": len(cells), "margin": margin}
        judged |= {"lower_limit": round(low, 4), "no_worse": bool(low >= -margin)}
        found.append(made | judged)
    return found
