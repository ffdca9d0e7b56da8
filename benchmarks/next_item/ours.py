"""A training of ours as a cell: ``python -m benchmarks.next_item.ours split settings folder``."""

import sys
from typing import Any

import keras

import mtrec_lib as mt
from benchmarks.next_item.exported import PARTS, split_of
from benchmarks.next_item.peers._given import Diary, arguments


def model_of(settings: dict[str, Any], split: Any, seed: int) -> Any:
    """The model that the settings describe, its first weights drawn by ``seed``.

    ``inputs``: ``max_length`` and ``side``; ``trunk``: ``kind`` and its arguments; ``task``: the
    arguments of ``NextItem``; ``fit``: those of ``mt.training.fit``; ``counts``: arguments of
    ``DecayedCounts``, for a log-linear model of both.
    """
    inputs = mt.features.fit(split, max_length=settings["inputs"]["max_length"])
    if not settings["inputs"]["side"]:
        inputs = inputs.without_side()
    trunk = dict(settings["trunk"])
    keras.utils.set_random_seed(seed)
    kind = getattr(mt.models, trunk.pop("kind"))
    task = mt.tasks.NextItem(**settings.get("task", {}))
    return mt.models.MultiTask(kind(inputs, **trunk), tasks=[task])


def main() -> None:
    """Train, look, keep the best."""
    given, settings, folder = arguments()
    split = split_of(settings["data"])
    seed = settings["seed"]
    model = model_of(settings, split, seed)
    diary = Diary(given, patience=sys.maxsize, max_seconds=float("inf"))

    def scores(part: int) -> Any:
        return model.scores(split.queries(PARTS[part]).histories)

    fit = settings["fit"]
    targets, every = model.trunk.feed(split).targets, fit.get("every", 1)

    def monitor(model: Any, split: Any) -> float:
        epoch = min(every * (len(diary.curve) + 1), fit["epochs"])
        diary.epoch(scores, epoch=epoch, targets=targets)
        return diary.value

    mt.training.fit(model, split, monitor=monitor, seed=seed, **fit)
    more = with_counts(model, split, diary, settings) if "counts" in settings else {}
    diary.write(folder, **more)


def with_counts(model: Any, split: Any, diary: Diary, settings: dict[str, Any]) -> dict[str, Any]:
    """Answer with the trained model and plain counts together; report what it says alone.

    The counts know the training part alone; their weight is chosen on the validation part.
    """
    asked = [(part, PARTS[part]) for part in diary.best]
    alone = {name: round(diary.given.ndcg(diary.best[part], part), 5) for part, name in asked}
    counts = mt.baselines.DecayedCounts(**settings["counts"]).fit(split)
    both = mt.baselines.LogLinear([model, counts]).tune(split)
    for part, name in asked:
        diary.best[part] = both.scores(split.queries(name).histories)
    return {"alone": alone, "weights": both.weights}


if __name__ == "__main__":
    main()
