"""Click and buy on simulated impressions, where p(buy | shown) is known: four losses, two worlds.

A cell, of about four minutes on one core, is one world and one seed. Worlds are simulated
without and with a hidden mood that moves both click and buy (ρ). In each the chain rule, ESMM, AITM
and the naive rate are trained on the training part of one split by time, and asked about every
impression of its test part with the same histories as the truth. The naive rate is a model of its
own, fitted to clicked rows alone; it is multiplied by the chain's p(click).
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import row

WORLD = {
    "users": 2500, "events": 250_000, "types": 3, "drift": 0.005, "items": 30, "categories": 6,
    "feed": 0.9, "positions": 1,
}  # fmt: skip
TRUNK = {"width": 32, "layers": 2, "dropout": 0.0}
TRAINING = {
    "epochs": 10, "batch_size": 8, "learning_rate": 1e-2, "weight_decay": 0.0, "monitor": "loss",
}  # fmt: skip
MAX_LENGTH = 128
CELLS = Cells(__name__)
RHOS = (0.0, 1.5)
FORMS = ("chain", "esmm", "aitm", "naive")
SEEDS = 5
DECILES = 10
BAR = 0.02  # of the bias
Arrays = dict[str, np.ndarray]


def run(args: Any) -> list[dict[str, Any]]:
    """Measure what is not measured yet, and answer with the rows."""
    seeds = getattr(args, "seeds", None) or SEEDS
    return records({rho: [cell(rho, seed) for seed in range(seeds)] for rho in RHOS})


def cell(rho: float, seed: int) -> dict[str, Any]:
    """One world and one seed: every form judged; a finished cell is read from its file."""
    settings = {"world": WORLD, "trunk": TRUNK, "training": TRAINING, "length": MAX_LENGTH}
    settings |= {"forms": FORMS}
    return dict(CELLS.result(f"rho {rho:g}", seed, settings, lambda: measured(rho, seed)))


def measured(rho: float, seed: int) -> dict[str, Any]:
    """Simulate the world, train every form in it, and judge them."""
    started = time.perf_counter()
    log = mt.data.simulate(**WORLD, confounding=rho, seed=seed)
    split = mt.data.global_time(log)
    truth, labels, queries = asked(split)
    found = {form: judged(said, truth, labels) for form, said in answers(split, queries, seed)}
    return found | {
        "buys": int(split.train["buy"].sum()),
        "impressions": len(queries),
        "seconds": round(time.perf_counter() - started, 1),
    }


def asked(split: mt.data.Split) -> tuple[Arrays, Arrays, mt.data.Queries]:
    """The truth and the labels of every impression of the test part, and the questions."""
    queries = split.queries("test", every_event=True)
    click = split.events["click"][queries.rows].cast(float).fill_null(np.nan).to_numpy()
    buy = split.events["buy"][queries.rows].cast(float).fill_null(np.nan).to_numpy()
    shown = np.flatnonzero(~np.isnan(click))
    queries = queries[shown]
    told = split.log.truth.predict_events(queries.histories, queries.target_items)
    truth = {name: told[name] for name in ("click", "buy")}
    truth["shown"] = truth["click"] * truth["buy"]
    truth["forced"] = split.log.truth.buy_do_click(queries.histories, queries.target_items)
    labels = {"click": click[shown], "buy": buy[shown]}
    return truth, labels, queries


def answers(
    split: mt.data.Split, queries: mt.data.Queries, seed: int
) -> Iterator[tuple[str, Arrays]]:
    """``(form, what it says of click, buy given the click, and buy given that it is shown)``."""
    clicked: np.ndarray = np.zeros(0)
    for form in FORMS:
        buy = mt.tasks.Buy(form, dropout=0.0)
        before = [] if form == "naive" else [mt.tasks.Click(dropout=0.0)]
        said = trained(split, [*before, buy], queries, seed)
        if form == "chain":
            clicked = said["click"]
        click = said.get("click", clicked)
        shown = said.get("buy_shown", click * said["buy"])
        yield form, {"click": click, "buy": said["buy"], "shown": shown}


def trained(split: mt.data.Split, tasks: list[Any], queries: mt.data.Queries, seed: int) -> Arrays:
    """What a model of these tasks says, once trained."""
    keras.utils.set_random_seed(seed)
    inputs = mt.features.fit(split, max_length=MAX_LENGTH)
    model = mt.models.MultiTask(mt.models.MinGRU(inputs, **TRUNK), tasks=tasks)
    mt.training.fit(model, split, seed=seed, **TRAINING)
    return model.predict_events(queries.histories, queries.target_items)


def judged(said: Arrays, truth: Arrays, labels: Arrays) -> dict[str, Any]:
    """Bias of p(buy | shown), the same per decile of the truth, KL and AUC beside the truth's."""
    p, t = said["shown"].astype(np.float64), truth["shown"]
    bought = ~np.isnan(labels["buy"])
    place = np.argsort(np.argsort(t, kind="stable")) * DECILES // len(t)
    sums = [np.bincount(place, weights=values) for values in (p, t, t * (1 - t))]
    return {
        "bias": float(p.sum() / t.sum() - 1),
        "deciles": [float(value) for value in sums[0] / sums[1] - 1],
        # ± so much an observed number of buys would differ from its expectation
        "noise": [float(value) for value in 1.96 * np.sqrt(sums[2]) / sums[1]],
        "kl": divergence(said, truth),
        "auc": {
            "click": lead(labels["click"], said["click"], truth["click"]),
            "buy": lead(*(values["buy"][bought] for values in (labels, said, truth))),
        },
        "rate": [float(p.mean()), float(t.mean())],
        # what q is read as: of those who click, and of everybody made to click
        "of_clickers": float(said["buy"].mean() / truth["buy"].mean() - 1),
        "of_everybody": float(said["buy"].mean() / truth["forced"].mean() - 1),
    }


def divergence(said: Arrays, truth: Arrays) -> float:
    """Mean KL(truth ‖ model) of an impression's outcome, in nats: no click, no buy, a buy."""
    total = np.zeros(len(truth["click"]))
    for p, q in zip(_outcomes(truth), _outcomes(said), strict=True):
        total += p * (np.log(p) - np.log(np.maximum(q, 1e-12)))
    return float(total.mean())


def _outcomes(told: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shown = told["shown"].astype(np.float64)
    click = np.maximum(told["click"].astype(np.float64), shown)
    return 1 - click, click - shown, shown


def lead(labels: np.ndarray, said: np.ndarray, truth: np.ndarray) -> list[float]:
    """AUC of the model and of the truth, on the same labels."""
    return [float(mt.evaluation.auc(labels, scores)) for scores in (said, truth)]


def records(found: dict[float, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows: one a form and world, the worst of them, and the worst AUC of each task."""
    rows, worst = [], []
    for rho, cells in found.items():
        for form in FORMS:
            rows.append(_row(f"simulator/buy/bias/{form}/rho-{rho:g}", form, rho, cells))
            worst.append(statistics.mean(abs(one[form]["bias"]) for one in cells))
    cells = [one for some in found.values() for one in some]
    buys = min(one["buys"] for one in cells)
    what = (
        "|Σ p(buy | shown) − Σ truth| / Σ truth over the impressions of the test part, mean over "
        f"seeds, of the worst form and world, over the bar; at least {buys:,} training buys"
    )
    n, seeds = sum(one["impressions"] for one in cells), len(cells) // len(found)
    extent = [min(worst), max(worst)]
    rows.append(row("simulator/buy/bias", what, max(worst), BAR, "share", extent, n, seeds))
    return rows + [_auc_row(task, cells, seeds) for task in ("click", "buy")]


def _auc_row(task: str, cells: list[dict[str, Any]], seeds: int) -> dict[str, Any]:
    """How far the AUC of a task lies below the truth's at worst, mean over seeds and worlds."""
    pairs = {form: np.array([one[form]["auc"][task] for one in cells]) for form in FORMS}
    form = max(FORMS, key=lambda name: float(np.subtract(*pairs[name].mean(0)[::-1])))
    ours, truth = (float(value) for value in pairs[form].mean(0))
    what = f"AUC of {task} over the truth's on the same labels, of the form that is worst: {form}"
    extent = [float(pick(pairs[form][:, 0])) for pick in (np.min, np.max)]
    n = sum(one["impressions"] for one in cells)
    return row(f"simulator/{task}/auc", what, ours, truth, "AUC", extent, n, seeds)


def _row(id: str, form: str, rho: float, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """A form in a world: mean p(buy | shown) over the truth's; the rest beside it."""
    results = [one[form] for one in cells]
    ours, peer = (statistics.mean(one["rate"][which] for one in results) for which in (0, 1))
    extent = [pick(1 + one["bias"] for one in results) * peer for pick in (min, max)]
    what = f"mean p(buy | shown) of {form} over the truth's, ρ = {rho:g}; interval: of the seeds"
    n, seeds = sum(one["impressions"] for one in cells), len(cells)
    made = row(id, what, ours, peer, "probability", extent, n, seeds)
    deciles = np.array([one["deciles"] for one in results])
    noise = np.array([one["noise"] for one in results])
    means = {
        name: round(statistics.mean(one[name] for one in results), 5 if name == "kl" else 4)
        for name in ("kl", "of_clickers", "of_everybody")
    }
    return made | {
        "deciles": [round(float(value), 4) for value in deciles.mean(0)],
        "deciles_within": round(float((np.abs(deciles) <= noise).mean()), 2),
        **means,
        "auc_behind_truth": {
            task: round(statistics.mean(np.subtract(*one["auc"][task][::-1]) for one in results), 4)
            for task in ("click", "buy")
        },
    }
