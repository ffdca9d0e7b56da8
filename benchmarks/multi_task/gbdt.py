"""Like, top and rating on ml-100k under one cut in time: one multi-task model beside boosted trees.

Both are asked about every event of the last tenth, each with all that happened before it, the same
person's events of that tenth included. Settings are chosen on validation after training on the
training part; then both are fitted on training and validation. Trees answer a question a model;
ours is one model for four, the next item among them. Ours reads what latent factors expect
(``mt.features.LatentFactors``); a second set of trees is given those numbers too, so that what the
numbers are worth is not mistaken for what the model is worth.
"""

from functools import partial
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import row
from benchmarks.multi_task.trees import TASKS, Trees
from mtrec_lib.features.pairs import latent_factors

CELLS = Cells(__name__)
SEEDS, EPOCHS, MAX_LENGTH, FACTORS = 5, 15, 50, 8
TRUNK = {"width": 16, "layers": 1, "heads": 2, "dropout": 0.3}
TRAINING = {"batch_size": 8, "learning_rate": 3e-3}
HEADS = (  # units and dropout of the heads, momentum of the average of weights, blind positions
    (128, 0.2, 0.99, 0.0),
    (128, 0.4, 0.99, 0.5),
    (256, 0.5, 0.996, 0.5),
    (128, 0.4, 0.99, 0.75),
)
BOTH = (0.8999, 0.0001, 0.1)  # the parts once settings are chosen
METRICS = {"like": ("auc", "like-auc"), "top": ("auc", "top-auc"), "rating": ("rmse", "rmse")}


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    log = mt.data.load("ml-100k")
    split = mt.data.global_time(log)
    both = mt.data.global_time(log, fractions=BOTH)
    tried = {setting: cell("chosen", split, "validation", setting, 0) for setting in HEADS}
    best = max(HEADS, key=lambda setting: worth(split, tried[setting]))
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    ours = [cell("test", both, "test", best, seed) for seed in seeds]
    trees, more = Trees(split), Trees(split, (factors_of(split), factors_of(both)))
    return [record(task, split, ours, (trees, more), best) for task in TASKS]


def factors_of(split: Any) -> np.ndarray:
    """What latent factors expect of every event, ``(events, 3)``."""
    inputs = mt.features.fit(split, max_length=MAX_LENGTH, factors=FACTORS)
    past = mt.data.Histories.from_events(split.events, split.log.catalogue)
    return inputs.beside.of_events(past)[:, -len(latent_factors.NAMES) :]


def cell(name: str, split: Any, part: str, setting: Any, seed: int) -> dict[str, np.ndarray]:
    """What a model says of every event of a part: read from its file, or trained."""
    settings = [setting, TRUNK, TRAINING, EPOCHS, MAX_LENGTH, FACTORS]

    def make() -> dict[str, list[float]]:
        model = trained(split, setting, seed)
        asked = split.queries(part, every_event=True)
        said = model.predict_events(asked.histories, asked.target_items)
        return {task: said[task].astype(np.float64).tolist() for task in TASKS}

    data = f"{split.about} {split.log.hash}"
    found = CELLS.result(f"{name} {setting}", seed, settings, make, data)
    return {task: np.array(said) for task, said in found.items()}


def trained(split: Any, setting: Any, seed: int) -> Any:
    """One model for four questions, after the last epoch."""
    hidden, dropout, average, blind = setting
    keras.utils.set_random_seed(seed)
    inputs = mt.features.fit(split, max_length=MAX_LENGTH, factors=FACTORS)
    head = {"hidden": hidden, "dropout": dropout}
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(**head), mt.tasks.Like(**head)]
    tasks.append(mt.tasks.TopGrade(**head))
    model = mt.models.MultiTask(mt.models.GPT(inputs, **TRUNK), tasks=tasks, blind=blind)
    mt.training.fit(
        model, split, epochs=EPOCHS, every=EPOCHS, average=average, monitor="loss", seed=seed,
        progress=False, **TRAINING,
    )  # fmt: skip
    return model


class Said:
    """Answers that were stored, for the events of a part in their order."""

    name = "one model for four questions"

    def __init__(self, split: Any, part: str, answers: dict[str, np.ndarray]) -> None:
        rows = split.queries(part, every_event=True).rows
        self.place = np.full(split.events.height, -1)
        self.place[rows] = np.arange(len(rows))
        self.answers = answers

    def predict_events(self, histories: Any, items: np.ndarray) -> dict[str, np.ndarray]:
        """The stored answer for the event after each past."""
        return {task: said[self.place[histories.ends]] for task, said in self.answers.items()}


def worth(split: Any, answers: dict[str, np.ndarray]) -> float:
    """What settings are chosen by, on validation: both AUCs less the error."""
    said = Said(split, "validation", answers)
    judge = partial(mt.evaluation.judge, said, split, part="validation", resamples=1)
    value = {task: judge(task=task).metrics[METRICS[task][0]] or 0.0 for task in TASKS}
    return value["like"] + value["top"] - value["rating"]


def record(
    task: str, split: Any, ours: list[Any], rivals: tuple[Any, Any], best: Any
) -> dict[str, Any]:
    """The row of one question, seeds together, paired by person."""
    metric, name = METRICS[task]
    judged = [mt.evaluation.judge(Said(split, "test", each), split, task=task) for each in ours]
    rival, more = (mt.evaluation.judge(trees, split, task=task) for trees in rivals)
    values = [float(each.metrics[metric] or 0.0) for each in judged]

    def ahead_of(other: Any) -> list[float]:
        by_person = "squared_error" if task == "rating" else metric
        paired = mt.evaluation.compare(judged, [other], by_person)
        return [round(float(v), 4) for v in (paired.difference, paired.low, paired.high)]

    found = row(
        f"multi-task/gbdt/{name}",
        f"{metric} of {task} on ml-100k, global time split, every earlier event known: one "
        "multi-task model over boosted trees on causal features, both fitted on training and "
        "validation",
        float(np.mean(values)),
        float(rival.metrics[metric] or 0.0),
        metric,
        None,
        len(judged[0].labels),
        seeds=len(ours),
    )
    extra = {
        "by_seed": [round(value, 4) for value in values],
        "difference": ahead_of(rival),
        "settings": list(best),
        "trees": list(rivals[0].sizes[task]),
        "trees_with_factors": round(float(more.metrics[metric] or 0.0), 4),
        "difference_with_factors": ahead_of(more),
    }
    if metric == "auc":
        within = [float(each.metrics["user_auc"] or 0.0) for each in (*judged, rival, more)]
        extra["within_person"] = [
            round(value, 4) for value in (float(np.mean(within[:-2])), *within[-2:])
        ]
    return found | extra
