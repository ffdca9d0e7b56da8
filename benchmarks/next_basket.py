"""What goes into the next basket of Complete Journey? Ours against tuned counting.

``python -m benchmarks next_basket`` writes ``benchmarks/results/next_basket.json``. Every setting
is chosen on weeks 47–49 with models fitted on weeks 1–46; every figure is of the first basket of
each household in weeks 50–53, with models fitted on weeks 1–49. A cell is one seed; finished cells
are kept in ``runs/next_basket/`` under a hash of code and data, and skipped. ``--only counts``
stops after the tuning of the counting models.
"""

import itertools
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

import mtrec_lib as mt
from benchmarks._records import ROOT, row, write
from mtrec_lib.core import fingerprint, sha256_file, write_json

COMMAND = "python -m benchmarks next_basket"
SEEDS = range(5)
FEW = SEEDS[:2]  # of the model that validation did not choose, and of the language part alone
CELLS = ROOT / "runs" / "next_basket"
METRIC = "recall@10"
ABOUT = "Recall@10 of the first test basket of a household, Complete Journey"
LEARNED = ("train", "validation")
DECAYS = (0.99, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9)
TIFU = {"within": (0.9, 1.0), "between": (0.7, 0.8, 0.9), "groups": (7, 14), "alpha": (0.7, 0.9)}
NEIGHBOURS = (100, 300, 900)
PARTS: dict[str, dict[str, Any]] = {
    "copy": {"language": False},
    "both": {"width": 32, "layers": 1, "dropout": 0.5},
    "language": {"copy": False},
}
"""The model and its halves; one of the first two is ours, as validation says."""
COUNTING = ("base.py", "popularity.py", "personal_frequency.py", "tifu_knn.py", "baskets.py")
CODE = ("baskets.py", "personal.py", "next_basket.py", "basket_network.py", "transformer_block.py")


def ranking(model: Any, split: Any, part: str, among: str | None = None) -> mt.evaluation.Ranking:
    """A full ranking; intervals by bootstrap are not needed here."""
    return mt.evaluation.rank(model, split, part, among=among, resamples=2)


def value(model: Any, split: Any) -> float:
    """Validation recall of a model fitted on the training part."""
    found = ranking(model.fit(split), split, "validation").metrics[METRIC]
    print(f"  validation {found:.4f}  {model!r}", flush=True)
    return found


def tuned(split: Any) -> dict[str, Any]:
    """The counting models with the settings that validation likes best, kept in a file."""
    path, same = CELLS / "tuned.json", identity(split, COUNTING)
    found = read(path, same)
    if found is None:
        found = {"decay": search(split), "tifu": search_tifu(split)}
        write_json(path, {"identity": same, "results": found})
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
    path, same = CELLS / "chosen.json", identity(split, CODE)
    found = read(path, same)
    if found is None:
        found = {}
        for part in ("copy", "both"):
            keras.utils.set_random_seed(SEEDS[0])
            model = mt.models.NextBasket(seed=SEEDS[0], **PARTS[part])
            found[part] = value(model, split)
        write_json(path, {"identity": same, "results": found})
    print("validation", found, flush=True)
    return max(found, key=lambda part: found[part])


def identity(split: Any, names: tuple[str, ...]) -> str:
    """A hash of data, settings and the code in files of these names."""
    files = sorted(path for name in names for path in (ROOT / "mtrec_lib").rglob(name))
    settings = [DECAYS, TIFU, NEIGHBOURS] if names == COUNTING else PARTS
    return fingerprint([split.log.hash, settings, [sha256_file(path) for path in files]])


def read(path: Path, same: str) -> Any:
    """The results in a cell's file, None if it is not there or of another identity."""
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return found["results"] if found["identity"] == same else None


def cell(split: Any, part: str, seed: int) -> dict[str, Any]:
    """Test results by person of one training; read from its file where it is finished."""
    path, same = CELLS / f"{part}.{seed}.json", identity(split, CODE)
    if (found := read(path, same)) is not None:
        return found
    keras.utils.set_random_seed(seed)
    began = time.monotonic()
    model = mt.models.NextBasket(seed=seed, **PARTS[part]).fit(split, parts=LEARNED)
    seconds = time.monotonic() - began
    results = {str(among): kept(ranking(model, split, "test", among)) for among in KINDS}
    write_json(path, {"identity": same, "seconds": round(seconds, 1), "results": results})
    print(f"  {part}, seed {seed}: {mean(results['None']):.4f}, {seconds:.0f} s", flush=True)
    return results


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


def mean(found: dict[str, Any]) -> float:
    """The recall of a kept ranking."""
    return float(np.average(found[METRIC], weights=found["counts"]))


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
    extent, peer_value = [found.ratio_low, found.ratio_high], round(found.b, 4)
    name, what = f"next-basket/recall/{id}", f"{ABOUT}: {what}"
    return row(name, what, found.a, peer_value, METRIC, extent, found.users, COMMAND, len(ours)) | {
        "ratio": round(found.ratio, 4)
    }


def rows(split: Any, counting: dict[str, Any]) -> list[dict[str, Any]]:
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


def main(words: list[str]) -> None:
    """Tune, train, compare, write."""
    split = mt.data.split(mt.data.load("complete-journey"))
    began = time.monotonic()
    counting = tuned(split)
    if words[:2] == ["--only", "counts"]:
        return
    made = rows(split, counting)
    write("next_basket", made)
    print(f"{(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main(sys.argv[1:])
