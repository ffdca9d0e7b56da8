"""What goes into the next basket of Complete Journey? Ours against tuned counting.

Every setting is chosen on weeks 47–49 with models fitted on weeks 1–46; every figure is of the
first basket of each household in weeks 50–53, with models fitted on weeks 1–49. The tuning of the
counting models is a cell; so is every seed of ours.
"""

import itertools
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row

SEEDS = range(5)
FEW = SEEDS[:2]  # of the model that validation did not choose, and of the language part alone
CELLS = Cells(__name__)
METRIC = "recall@10"
ABOUT = "Recall@10 of the first test basket of a household, Complete Journey"
LEARNED = ("train", "validation")
DECAYS = (0.99, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9)
TIFU = {"within": (0.9, 1.0), "between": (0.7, 0.8, 0.9), "groups": (7, 14), "alpha": (0.7, 0.9)}
NEIGHBOURS = (100, 300, 900)
COUNTING = ("mtrec_lib.baselines.personal_frequency", "mtrec_lib.baselines.tifu_knn")
PARTS: dict[str, dict[str, Any]] = {
    "copy": {"language": False},
    "both": {"width": 32, "layers": 1, "dropout": 0.5},
    "language": {"copy": False},
}
"""The model and its halves; one of the first two is ours, as validation says."""


def ranking(model: Any, split: Any, part: str, among: str | None = None) -> mt.evaluation.Ranking:
    """A full ranking; intervals by bootstrap are not needed here."""
    return mt.evaluation.rank(model, split, part, among=among, resamples=2)


def value(model: Any, split: Any) -> float:
    """Validation recall of a model fitted on the training part."""
    found = ranking(model.fit(split), split, "validation").metrics[METRIC]
    print(f"  validation {found:.4f}  {model!r}", flush=True)
    return found


def tuned(split: Any) -> dict[str, Any]:
    """The counting models with the settings that validation likes best."""
    settings = [DECAYS, TIFU, NEIGHBOURS]

    def make() -> dict[str, Any]:
        return {"decay": search(split), "tifu": search_tifu(split)}

    found = CELLS.result(
        "tuned counting models", 0, settings, make, split.log.hash, modules=COUNTING
    )
    return {
        "popularity": mt.baselines.Popularity(),
        "frequency": mt.baselines.PersonalFrequency(),
        "decayed frequency": mt.baselines.PersonalFrequency(decay=found["decay"]),
        "TIFU-KNN": mt.baselines.TIFUKNN(**found["tifu"]),
    }


def search(split: Any) -> float:
    """The decay of personal frequency."""
    return max(DECAYS, key=lambda decay: value(mt.baselines.PersonalFrequency(decay=decay), split))


def search_tifu(split: Any) -> dict[str, Any]:
    """The settings of TIFU-KNN: a grid, then the number of neighbours."""
    grid: list[dict[str, Any]] = [
        dict(zip(TIFU, each, strict=True)) for each in itertools.product(*TIFU.values())
    ]
    best = max(grid, key=lambda each: value(mt.baselines.TIFUKNN(**each), split))
    grid = [best | {"neighbours": count} for count in NEIGHBOURS]
    return max(grid, key=lambda each: value(mt.baselines.TIFUKNN(**each), split))


def chosen(split: Any) -> str:
    """Which of our two models validation likes best, trained with the first seed."""

    def make() -> dict[str, float]:
        found = {}
        for part in ("copy", "both"):
            keras.utils.set_random_seed(0)
            found[part] = value(mt.models.NextBasket(seed=0, **PARTS[part]), split)
        return found

    found = CELLS.result("chosen on validation", 0, PARTS, make, split.log.hash)
    print("validation", found, flush=True)
    return max(found, key=lambda part: found[part])


def cell(split: Any, part: str, seed: int) -> dict[str, Any]:
    """Test results by person of one training; read from its file where it is finished."""

    def make() -> dict[str, Any]:
        keras.utils.set_random_seed(seed)
        model = mt.models.NextBasket(seed=seed, **PARTS[part]).fit(split, parts=LEARNED)
        return {str(among): kept(ranking(model, split, "test", among)) for among in KINDS}

    return CELLS.result(part, seed, PARTS[part], make, split.log.hash)


KINDS = (None, "new", "repeat")
SAID = {"copy": "the learned copy part", "both": "copy and language parts"}


def kept(found: mt.evaluation.Ranking) -> dict[str, Any]:
    """What a comparison needs of a ranking, in plain values."""
    return {
        "about": found.about,
        "users": found.users.tolist(),
        "counts": found.counts.tolist(),
        METRIC: np.round(found.per_user[METRIC], 6).tolist(),
    }


def again(found: dict[str, Any], model: str) -> Any:
    """A kept ranking as :func:`mtrec_lib.evaluation.compare` reads it."""
    counts = np.array(found["counts"])
    return SimpleNamespace(
        model=model,
        about=found["about"],
        users=np.array(found["users"]),
        counts=counts,
        per_user={METRIC: np.array(found[METRIC])},
        weights=lambda metric: counts.astype(float),
    )


def compared(id: str, what: str, ours: list[Any], peer: Any) -> dict[str, Any]:
    """A row: the ratio of recalls, its interval paired by household."""
    found = mt.evaluation.compare(ours, peer, METRIC)
    print(f"{id}: {found}", flush=True)
    return paired_row(f"next-basket/recall/{id}", f"{ABOUT}: {what}", found)


def records(split: Any, counting: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of the record."""
    best_part = chosen(split)
    cells = {
        part: [cell(split, part, seed) for seed in (SEEDS if part == best_part else FEW)]
        for part in PARTS
    }
    ours = {
        (part, kind): [again(results[str(kind)], part) for results in cells[part]]
        for part in PARTS
        for kind in KINDS
    }
    fitted = {name: model.fit(split, parts=LEARNED) for name, model in counting.items()}
    peer = {
        (name, kind): again(kept(ranking(model, split, "test", kind)), name)
        for name, model in fitted.items()
        for kind in KINDS
    }
    recall = {name: float(peer[name, None].per_user[METRIC].mean()) for name in fitted}
    print("test", {name: round(value, 4) for name, value in recall.items()}, flush=True)
    best = max(("decayed frequency", "TIFU-KNN"), key=lambda name: recall[name])
    our, new, repeat = (ours[best_part, kind] for kind in KINDS)
    name = f"ours ({SAID[best_part]})"
    return [
        compared("tuned-frequency", f"{name} over {best}, the better of the tuned counting models",
                 our, peer[best, None]),
        compared("frequency", f"{name} over plain personal frequency",
                 our, peer["frequency", None]),
        compared("decayed-frequency", f"{name} over decayed personal frequency, tuned",
                 our, peer["decayed frequency", None]),
        compared("tifu-knn", f"{name} over TIFU-KNN, tuned", our, peer["TIFU-KNN", None]),
        compared("new", f"new purchases among new items, {name} over popularity",
                 new, peer["popularity", "new"]),
        compared("repeat", f"repeat purchases among items bought before, {name} over {best}",
                 repeat, peer[best, "repeat"]),
        compared("language-alone", f"the language part alone over {best}",
                 ours["language", None], peer[best, None]),
        compared("copy-alone", f"the copy part alone over {best}",
                 ours["copy", None], peer[best, None]),
        compared("language-adds", "both parts over the copy part alone",
                 ours["both", None], ours["copy", None]),
        compared("language-adds-new", "new purchases among new items, both parts over the copy "
                 "part alone", ours["both", "new"], ours["copy", "new"]),
    ]  # fmt: skip


def run(args: Any) -> list[dict[str, Any]]:
    """Tune, train, compare; a row a comparison."""
    split = mt.data.split(mt.data.load("complete-journey"))
    return records(split, tuned(split))
