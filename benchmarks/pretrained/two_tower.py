"""MiniLM as two towers: titles of a person's last films on one side, a film's title on the other.

ml-100k, last event left out, all films ranked. The towers as they come out of the package, and
tuned on pairs of the training part (``mt.models.TwoTower``), with the correction of the in-batch
softmax and without. Epochs are chosen for each on the validation part of the first seed. All read
titles alone; popularity and decayed counts, which read no title, stand beside.
"""

from functools import cache
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row
from benchmarks.pretrained.joined import METRIC, Answers

CELLS = Cells(__name__)
SEEDS, EPOCHS = 5, 4
TOWER = {"layers": 5, "max_tokens": 64, "max_events": 4, "rank": 16, "temperature": 0.1}
PAIRS = {"per_person": 4, "batch_size": 128}
RATE = 3e-3
NAMES = {"frozen": None, "uncorrected": False, "corrected": True}


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    split = mt.data.leave_last_out(mt.data.load("ml-100k"))
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    cells = {name: [cell(split, name, seed) for seed in seeds] for name in NAMES}
    best = {name: chosen(split, name, some[0]) for name, some in cells.items()}
    answers = {
        name: [judged(name, split, "test", each["test"][best[name]]) for each in some]
        for name, some in cells.items()
    }
    beside = {
        model.name: mt.evaluation.rank(model.fit(split), split, resamples=1).metrics[METRIC]
        for model in (mt.baselines.Popularity(), mt.baselines.DecayedCounts())
    }
    return [record(other, answers, best, beside) for other in ("frozen", "uncorrected")]


def cell(split: Any, name: str, seed: int) -> dict[str, list[list[int]]]:
    """Ranks of validation and test after each epoch, the first before any; read from its file."""
    settings, data = [TOWER, PAIRS, RATE, EPOCHS], f"{split.about} {split.log.hash}"
    return dict(CELLS.result(name, seed, settings, lambda: measured(split, name, seed), data))


def measured(split: Any, name: str, seed: int) -> dict[str, list[list[int]]]:
    """Train an epoch, ask, and again."""
    keras.utils.set_random_seed(seed)
    settings = {part: TOWER[part] for part in ("max_events", "rank", "temperature")}
    model = mt.models.TwoTower(_frozen(), split.log, corrected=bool(NAMES[name]), **settings)
    found: dict[str, list[list[int]]] = {"validation": [], "test": []}

    def ask() -> None:
        for part, ranks in found.items():
            ranks.append(mt.evaluation.rank(model, split, part, resamples=1).ranks.tolist())

    ask()
    if name != "frozen":
        model.compile(keras.optimizers.Adam(RATE))
        pairs = model.pairs(split, seed=seed, **PAIRS)
        for _ in range(EPOCHS):
            model.fit(pairs.batches(), epochs=1, verbose=0, shuffle=False)
            ask()
    return found


@cache
def _frozen() -> Any:
    """The layers below, whose states all trainings share."""
    encoder = mt.pretrained.Pretrained("minilm")
    return mt.pretrained.FrozenLayers(encoder, TOWER["layers"], TOWER["max_tokens"])


def judged(name: str, split: Any, part: str, ranks: list[int]) -> Answers:
    """One a seed."""
    people = split.queries(part).histories.users
    return Answers(name, f"{part}, {split.about}", people, np.array(ranks))


def chosen(split: Any, name: str, one: dict[str, list[list[int]]]) -> int:
    """After how many epochs the validation part of a seed is answered best: one, if it trains."""
    values = [judged("", split, "validation", ranks).value for ranks in one["validation"]]
    first = 0 if name == "frozen" else 1
    return first + int(np.argmax(values[first:]))


def record(
    other: str, answers: dict[str, list[Answers]], best: dict[str, int], beside: dict[str, float]
) -> dict[str, Any]:
    """The row of the corrected towers over others, seeds together, paired by person."""
    paired = mt.evaluation.compare(answers["corrected"], answers[other], METRIC)
    made = paired_row(
        f"pretrained/two-tower/{other}",
        "next film on ml-100k, last event left out, all films ranked, titles alone: two towers of "
        f"MiniLM tuned with the corrected in-batch softmax, over {other} ones",
        paired,
    )
    means = {name: float(np.mean([one.value for one in each])) for name, each in answers.items()}
    return made | {
        "beside": {name: round(value, 4) for name, value in (means | beside).items()},
        "epochs": best,
    }
