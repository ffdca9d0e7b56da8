"""Does balancing help? Every method beside plain sums, tuned fixed weights and single-task models.

One model for next item, rating, like and top on ml-100k under one cut in time; the same trunk, the
same epochs, the same seeds for all. Fixed weights are the best on validation of eight drawn ones,
one seed each. A method is judged by Δm: the mean over tasks of its relative gain on the mean of the
single-task models, people drawn anew in every replicate, seeds added to the variance. A tenth of an
NDCG is less than a tenth of an AUC, half of which is chance: Δm of skill, which counts from what
popularity, the mean rating and a coin reach, stands beside it.
"""

import statistics
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from scipy import stats

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import row
from benchmarks.balancing.step import GRADIENTS, LOSSES
from benchmarks.multi_task.gbdt import Said
from benchmarks.multi_task.one_model import (
    HEAD,
    METRICS,
    TASKS,
    found_on,
    kept_of,
    summed,
)
from mtrec_lib.core import generator

CELLS = Cells(__name__)
SEEDS, TRIALS, MAX_LENGTH, REPLICATES = 5, 8, 50, 1000
TRUNK = {"width": 32, "layers": 2, "heads": 2, "dropout": 0.3}  # narrow: tasks compete for it
TRAINING = {"epochs": 8, "batch_size": 16, "learning_rate": 2e-3}
Cell = dict[str, Any]


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    split = mt.data.global_time(mt.data.load("ml-100k"))
    inputs = mt.features.fit(split, max_length=MAX_LENGTH, beside=True)
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    singles = {
        name: [cell(split, inputs, f"single {name}", [name], None, seed) for seed in seeds]
        for name in TASKS
    }
    tuned = tuned_weights(split, inputs)
    methods: dict[str, Callable[[], Any]] = {"plain sum": lambda: None}
    methods["tuned fixed weights"] = lambda: mt.training.FixedWeights(**tuned)
    methods |= {n: make for n, make in LOSSES.items() if n != "fixed weights"} | GRADIENTS
    found = {
        name: [cell(split, inputs, name, list(TASKS), make, seed) for seed in seeds]
        for name, make in methods.items()
    }
    return records(singles, found, tuned, trivial(split))


def trivial(split: Any) -> dict[str, dict[str, Any]]:
    """What popularity, the mean rating and a coin reach, by person."""
    popularity = mt.baselines.Popularity().fit(split)
    found = {"next_item": mt.evaluation.rank(popularity, split, k=10, resamples=1)}
    events = len(split.queries("test", every_event=True))
    said = {"rating": float(split.train["rating"].mean()), "like": 0.5, "top": 0.5}
    coin = Said(split, "test", {task: np.full(events, value) for task, value in said.items()})
    for task in said:
        found[task] = mt.evaluation.judge(coin, split, task=task, resamples=1)
    return {task: kept_of(found[task], task) for task in TASKS}


def tuned_weights(split: Any, inputs: Any) -> dict[str, float]:
    """The fixed weights that are best on validation among drawn ones, all one among them."""

    def judge(weights: Any) -> float:
        name = f"trial {weights.task_weights}"
        return cell(split, inputs, name, list(TASKS), lambda: weights, 0)["validation"]

    return mt.training.tuned_weights(judge, list(TASKS), TRIALS).task_weights


def cell(
    split: Any, inputs: Any, name: str, tasks: list[str], make: Callable[[], Any] | None, seed: int
) -> Cell:
    """One training judged: on validation by the sum of its metrics, on the test part by person."""
    settings = [TRUNK, HEAD, TRAINING, MAX_LENGTH]

    def train() -> Cell:
        return measured(split, inputs, name, tasks, make, seed)

    return CELLS.result(name, seed, settings, train, split.log.hash)


def measured(
    split: Any, inputs: Any, name: str, tasks: list[str], make: Callable[[], Any] | None, seed: int
) -> Cell:
    """Train it, and judge it."""
    keras.utils.set_random_seed(seed)
    model = mt.models.MultiTask(
        mt.models.GPT(inputs, **TRUNK), tasks=[TASKS[task]() for task in tasks]
    )
    history = mt.training.fit(
        model, split, balancing=make() if make else None, monitor="loss", seed=seed,
        every=TRAINING["epochs"], progress=False, **TRAINING,
    )  # fmt: skip
    judged = found_on(split, model, tasks, "test")
    return {
        "name": name,
        "validation": summed(found_on(split, model, tasks, "validation")),
        "worth": {task: kept_of(found, task) for task, found in judged.items()},
        "weights": {task: history[-1][f"{task}_weight"] for task in tasks},
        "seconds": sum(epoch["seconds"] for epoch in history),
    }


def delta(
    cells: list[Cell],
    singles: dict[str, list[Cell]],
    draw: np.ndarray | None = None,
    trivial: dict[str, dict[str, Any]] | None = None,
) -> float:
    """Δm of some runs, for people drawn so many times each (default: each once).

    With ``trivial`` a gain is a share of what the single-task models gain on it.
    """
    gains = []
    for task in TASKS:
        ours, base = (
            statistics.mean(value_of(c["worth"][task], task, draw) for c in side)
            for side in (cells, singles[task])
        )
        least = value_of(trivial[task], task, draw) if trivial else 0.0
        sign = -1 if task == "rating" and not trivial else 1
        gains.append(sign * (ours - base) / (base - least))
    return statistics.mean(gains)


def value_of(kept: dict[str, Any], task: str, draw: np.ndarray | None) -> float:
    """A metric as the weighted mean of what it is a person."""
    weights = np.array(kept["weights"]) * (1 if draw is None else draw)
    each = np.nan_to_num(np.array(kept["each"]))
    mean = float(weights @ each / weights.sum())
    return mean**0.5 if task == "rating" else mean


def records(
    singles: dict[str, list[Cell]],
    found: dict[str, list[Cell]],
    tuned: dict[str, float],
    trivial: dict[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    """A row a method: Δm with its interval, beside tuned fixed weights, Holm over methods."""
    people = len(singles["like"][0]["worth"]["like"]["users"])
    rng = generator(0, "balance", "people")
    draws = rng.multinomial(people, np.full(people, 1 / people), REPLICATES)
    spread = {name: np.array([delta(c, singles, d) for d in draws]) for name, c in found.items()}
    rival, rows = "tuned fixed weights", []
    for name, cells in found.items():
        value, base = delta(cells, singles), delta(found[rival], singles)
        seeds = [delta([one], singles) for one in cells]
        by_seed = statistics.variance(seeds) / len(seeds) if len(seeds) > 1 else 0.0
        error = (spread[name].var() + by_seed) ** 0.5
        against = spread[name] - spread[rival]
        noise = (against.var() + 2 * by_seed) ** 0.5 or 1.0
        made = row(
            f"balancing/delta-m/{name.lower().replace(' ', '-')}",
            f"1 + Δm of {name} over single-task models; four tasks, ml-100k, global time split",
            1 + value, 1.0, "1 + mean relative gain",
            [1 + value - 1.96 * error, 1 + value + 1.96 * error], people, seeds=len(cells),
        )  # fmt: skip
        p = 1.0 if name == rival else float(2 * stats.norm.sf(abs(value - base) / noise))
        means = {
            task: round(statistics.mean(c["worth"][task]["value"] for c in cells), 4)
            for task in TASKS
        }
        skill = round(delta(cells, singles, trivial=trivial), 4)
        seconds = round(statistics.mean(c["seconds"] for c in cells), 1)
        rows.append(
            made
            | {"peer_seeds": len(singles["like"]), "over_tuned": round(value - base, 4)}
            | {"p": p, "skill": skill}
            | {"metrics": means, "seconds": seconds}
        )
    alone = {
        task: round(statistics.mean(c["worth"][task]["value"] for c in cells), 4)
        for task, cells in singles.items()
    }
    least = {task: round(kept["value"], 4) for task, kept in trivial.items()}
    rows[0] |= {"tuned_weights": tuned, "metric_of": METRICS, "alone": alone, "trivial": least}
    return holm(rows)


def holm(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Holm's correction of the p values, in place of each."""
    order = sorted(range(len(rows)), key=lambda number: rows[number]["p"])
    largest = 0.0
    for rank, number in enumerate(order):
        largest = max(largest, min(1.0, (len(rows) - rank) * rows[number]["p"]))
        rows[number]["p"] = round(largest, 4)
    return rows
