"""Few events a person: does a model of behaviour that also reads the films' texts learn more?

Each person of ml-100k keeps the first five training events (``mt.data.few_events``); questions and
ranking are those of the whole log, last event left out, all films ranked. The same two models are
also trained on the whole log. With ids each film has a vector of its own; joined, the text vector
of MiniLM is mapped and added to it. Side information (genres, years) is given to neither, so that
what the text adds is not there already; the same pair with it stands beside.
"""

from typing import Any

import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row
from benchmarks.pretrained.joined import METRIC, Answers, trained

CELLS = Cells(__name__)
SEEDS, FIRST = 5, 5
TRUNK = {"width": 64, "layers": 2, "dropout": 0.3}
FIT = {
    "few events": {"epochs": 12, "every": 1, "batch_size": 4, "learning_rate": 2e-3},
    "whole log": {"epochs": 24, "every": 2, "batch_size": 16, "learning_rate": 2e-3},
}
LENGTH = {"few events": 50, "whole log": 100}
SIDE = {"": False, " with side": True}


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    whole = mt.data.leave_last_out(mt.data.load("ml-100k"))
    splits = {"few events": mt.data.few_events(whole, FIRST), "whole log": whole}
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    return [record(name, split, seeds) for name, split in splits.items()]


def cell(name: str, split: Any, text: bool, side: bool, seed: int) -> list[int]:
    """Ranks of the test targets: read from their file, or of a model that is trained for them."""
    setting = {
        "inputs": {"max_length": LENGTH[name], "side": side},
        "text": "minilm" if text else None,
        "trunk": TRUNK,
        "task": {},
        "fit": FIT[name],
    }
    label = f"{name}{' with side' if side else ''}, {'joined' if text else 'ids'}"

    def make() -> list[int]:
        return mt.evaluation.rank(trained(split, setting, seed), split).ranks.tolist()

    return CELLS.result(label, seed, setting, make, f"{split.about} {split.log.hash}")


def judged(name: str, split: Any, text: bool, side: bool, seeds: range) -> list[Answers]:
    """One a seed."""
    people = split.queries("test").histories.users
    kind = "joined" if text else "ids"
    ranks = (np.array(cell(name, split, text, side, seed)) for seed in seeds)
    return [Answers(kind, split.about, people, each) for each in ranks]


def record(name: str, split: Any, seeds: range) -> dict[str, Any]:
    """The row of one log, seeds together, paired by person."""
    pairs = {
        label: [judged(name, split, text, side, seeds) for text in (True, False)]
        for label, side in SIDE.items()
    }
    paired, beside = (mt.evaluation.compare(*pair, METRIC) for pair in pairs.values())
    cut = (
        f"each person's first {FIRST} training events" if name == "few events" else "the whole log"
    )
    id = "pretrained/few-events" + ("" if name == "few events" else "/whole-log")
    made = paired_row(
        id,
        f"next film on ml-100k, last event left out, trained on {cut}: ids and text vectors "
        "joined over ids alone, all films ranked",
        paired,
    )
    return made | {
        "by_seed": [round(a.value / b.value, 4) for a, b in zip(*pairs[""], strict=True)],
        "with_side": {
            "ours": round(beside.a, 4),
            "peer": round(beside.b, 4),
            "ratio": [round(v, 4) for v in (beside.ratio, beside.ratio_low, beside.ratio_high)],
        },
    }
