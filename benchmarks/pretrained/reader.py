"""SmolLM2 as a reader of events: is a film liked, given its person's past?

The blocks of the decoder, frozen but for low-rank additions, read events as soft tokens
(``mt.models.DecoderTrunk``): MiniLM's vector of the film's text, the grade, the gap. ml-100k under
one cut in time; 2,000 rows of the test part, drawn once. Beside it stand the same blocks before any
training on words (of the same sizes, drawn at random, frozen as well), and a small transformer that
trains whole; all with the same vectors, tasks, epochs and seeds, each at its best epoch on the
validation part. Three epochs of four blocks were tried first: one seed reached .718.
"""

import statistics
import time
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row, row
from benchmarks.multi_task.one_model import Kept, kept_of
from benchmarks.pretrained.joined import text_vectors
from mtrec_lib.core import generator

CELLS = Cells(__name__)
BAR, ROWS, SEEDS, MAX_LENGTH = 0.74, 2000, 3, 50
DECODER = {"decoder": "smollm2-135m", "layers": 2, "rank": 8, "width": 64, "dropout": 0.2}
SMALL = {"layers": 2, "width": 64, "dropout": 0.2}
TRAINING = {"epochs": 8, "every": 2, "batch_size": 8, "learning_rate": 2e-3}
NAMES = ("pretrained blocks", "random blocks", "small transformer")


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    split = mt.data.global_time(mt.data.load("ml-100k"))
    seeds = range(getattr(args, "seeds", None) or SEEDS)
    cells = {name: [cell(split, name, seed) for seed in seeds] for name in NAMES}
    return [against_the_bar(cells), *against_each_other(cells)]


def cell(split: Any, name: str, seed: int) -> dict[str, Any]:
    """One training judged on the fixed rows; a finished cell is read from its file."""
    settings = [DECODER, SMALL, TRAINING, MAX_LENGTH, ROWS]
    data, make = split.log.hash, lambda: measured(split, name, seed)
    return dict(CELLS.result(name, seed, settings, make, data))


def measured(split: Any, name: str, seed: int) -> dict[str, Any]:
    """Train, and ask about the fixed rows."""
    started = time.perf_counter()
    model = trained(split, name, seed)
    seconds = time.perf_counter() - started
    asked = split.queries("test", every_event=True)
    some = np.sort(generator(0, "reader", "rows").choice(len(asked), ROWS, replace=False))
    found = mt.evaluation.judge(model, split, task="like", queries=asked[some], resamples=1)
    return {"seconds": round(seconds, 1), "like": kept_of(found, "like")}


def trained(split: Any, name: str, seed: int) -> Any:
    """A model for the next item, the rating and the like on the trunk of this name."""
    keras.utils.set_random_seed(seed)
    inputs = mt.features.fit(split, max_length=MAX_LENGTH)
    vectors = text_vectors()
    if name == "small transformer":
        trunk: Any = mt.models.GPT(inputs, item_vectors=vectors, **SMALL)
    else:
        settings: dict[str, Any] = dict(DECODER)
        if name == "random blocks":
            settings["decoder"] = mt.models.DecoderTrunk(inputs, **DECODER).sizes
        trunk = mt.models.DecoderTrunk(inputs, item_vectors=vectors, **settings)
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating(), mt.tasks.Like()]
    model = mt.models.MultiTask(trunk, tasks=tasks)
    mt.training.fit(model, split, monitor="loss", seed=seed, progress=False, **TRAINING)
    return model


def against_the_bar(cells: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The row of the pretrained blocks over the bar, with every model beside."""
    means = {
        name: round(statistics.mean(each["like"]["value"] for each in some), 4)
        for name, some in cells.items()
    }
    ours = cells[NAMES[0]]
    values = [each["like"]["value"] for each in ours]
    made = row(
        "pretrained/reader/like-auc",
        f"AUC of like on {ROWS:,} rows of ml-100k, global time split: {DECODER['layers']} blocks "
        "of SmolLM2 that read events as soft tokens, over the bar",
        statistics.mean(values), BAR, "auc", None, ROWS, len(ours),
    )  # fmt: skip
    seconds = {n: round(statistics.mean(e["seconds"] for e in c)) for n, c in cells.items()}
    by_seed = [round(value, 4) for value in values]
    return made | {"by_seed": by_seed, "beside": means, "seconds_of_training": seconds}


def against_each_other(cells: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Pretrained blocks over random ones, and over the small transformer, paired by person."""
    found = []
    for name in NAMES[1:]:
        ours, theirs = ([Kept(each["like"]) for each in cells[n]] for n in (NAMES[0], name))
        paired = mt.evaluation.compare(ours, theirs, "metric")
        found.append(
            paired_row(
                f"pretrained/reader/{name.replace(' ', '-')}",
                f"AUC of like on the same rows: blocks of SmolLM2 over {name}",
                paired,
                "auc",
            )
        )
    return found
