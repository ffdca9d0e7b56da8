"""Films that nobody has chosen yet: a model of behaviour that knows a film by its text alone.

A tenth of the films of ml-100k are new in the test, another tenth in validation
(``mt.data.cold_items``); five draws, each with a training of its own. A model is asked about every
event of a new film in the last tenth of each person's events and ranks the new films among each
other; beside that, among all films. Settings, ours and those of the baselines, are chosen on the
validation films of the first draw, for each of the two anew. All read titles (with the year) and
genres alone. Ours is judged alone, and with the log probabilities of TF-IDF beside its own. Choices
are made after training on the training part; for the test a model trains on training and
validation.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row
from benchmarks.pretrained.joined import METRIC, Answers, text_vectors, trained
from mtrec_lib.core import generator

CELLS = Cells(__name__)
DRAWS, CHOICE = 5, "validation"
BASE: dict[str, Any] = {
    "inputs": {"max_length": 100, "side": True},
    "text": "minilm",
    "trunk": {"width": 64, "layers": 2, "dropout": 0.3, "item_ids": "trained"},
    "task": {"bias": False, "cold": "left out"},
    "fit": {"epochs": 8, "every": 8, "batch_size": 16, "learning_rate": 2e-3},
}
OURS = {
    "genres and years": BASE | {"text": None},
    "MiniLM": BASE,
    "MiniLM, no ids": BASE | {"trunk": BASE["trunk"] | {"item_ids": False}},
    "MiniLM and words": BASE | {"text": "minilm and words"},
}
WITH_TFIDF = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)  # its weight beside our model, 0 for ours alone
DECAYS = (1.0, 0.98, 0.95, 0.9, 0.8, 0.7)
AMONG = {"new": "the new films", "all": "all films"}
Answer = dict[str, list[int]]  # among which films → ranks
Maker = Callable[[Any], Any]  # from a split to a fitted model


def run(args: Any) -> list[dict[str, Any]]:
    """Run the cells that are missing, and answer with the rows."""
    log = mt.data.load("ml-100k")
    draws = range(getattr(args, "seeds", None) or DRAWS)
    splits = [mt.data.cold_items(log, seed=draw) for draw in draws]
    rivals = baselines(log)
    tried = {
        name: {key: answer(make(splits[0]), splits[0], CHOICE) for key, make in makers.items()}
        for name, makers in rivals.items()
    }
    key = best_of("new", splits[0], tried["tfidf"])
    tfidf = (key, rivals["tfidf"][key])
    return [row_of(among, splits, rivals, tried, tfidf) for among in AMONG]


def row_of(
    among: str,
    splits: list[Any],
    rivals: dict[str, dict[str, Maker]],
    tried: dict[str, dict[str, Answer]],
    tfidf: tuple[str, Maker],
) -> dict[str, Any]:
    """Choose on the first draw's validation for these candidates, and answer the test."""
    chosen = {name: best_of(among, splits[0], found) for name, found in tried.items()}
    answers = {
        name: [answer(rivals[name][key](split), split, "test") for split in splits]
        for name, key in chosen.items()
    }
    mine = {name: cell(name, splits[0], CHOICE, 0, tfidf) for name in OURS}
    alone = {name: value(among, splits[0], each["0.0"]) for name, each in mine.items()}
    best = max(alone, key=lambda name: alone[name])
    weight = best_of(among, splits[0], mine[best])
    cells = [cell(best, split, "test", draw, tfidf) for draw, split in enumerate(splits)]
    answers |= {"ours": [each[weight] for each in cells], "alone": [each["0.0"] for each in cells]}
    chosen["ours"] = f"{best}; TF-IDF beside it with weight {weight}"
    return record(among, splits, answers, chosen, alone)


def cell(
    name: str, split: Any, part: str, draw: int, tfidf: tuple[str, Maker]
) -> dict[str, Answer]:
    """What one of our models says of a part, alone and with TF-IDF beside it, by its weight.

    Read from its file, or trained. ``tfidf`` is a setting and what makes the fitted model.
    """
    setting = OURS[name]

    def make() -> dict[str, Answer]:
        known = split if part == CHOICE else with_validation(split)
        pair = [trained(known, setting, draw, monitor=the_last), tfidf[1](split)]
        return {
            str(weight): answer(mt.baselines.LogLinear(pair, weights=[1.0, weight]), split, part)
            for weight in WITH_TFIDF
        }

    settings, data = [setting, tfidf[0], WITH_TFIDF], f"{split.about} {split.log.hash}"
    return CELLS.result(f"{name}, {part}", draw, settings, make, data)


def with_validation(split: Any) -> Any:
    """The same questions of the test, with validation a part of the training."""
    parts = split.events["part"].replace("validation", "train")
    cold = {"test": split.cold["test"]}
    return replace(split, events=split.events.with_columns(part=parts), cold=cold)


def the_last(model: Any, split: Any) -> float:
    """No epoch is better than another: the last one, which alone is asked about, is kept."""
    return 0.0


def answer(model: Any, split: Any, part: str) -> Answer:
    """Ranks of the targets of a part, among the films that are new in it and among all."""
    among = {"new": split.cold[part], "all": None}
    return {
        name: mt.evaluation.rank(model, split, part, candidates=films, resamples=1).ranks.tolist()
        for name, films in among.items()
    }


def judged(among: str, splits: list[Any], found: list[Answer], part: str = "test") -> Answers:
    """All draws together, a person's questions of all draws being that person's."""
    people = [split.queries(part).histories.users for split in splits]
    ranks = [each[among] for each in found]
    about = f"{part}, {AMONG[among]}, {len(splits)} draws"
    return Answers("cold items", about, np.concatenate(people), np.concatenate(ranks))


def value(among: str, split: Any, found: Answer) -> float:
    """What settings are chosen by: validation of the first draw, among the films that count."""
    return judged(among, [split], [found], CHOICE).value


def best_of(among: str, split: Any, found: dict[str, Answer]) -> str:
    """The key of the answer that is best on validation."""
    return max(found, key=lambda key: value(among, split, found[key]))


def baselines(log: Any) -> dict[str, dict[str, Maker]]:
    """For each baseline its settings, each a function from a split to a fitted model."""
    texts, vectors = mt.features.item_texts(log), text_vectors()
    tfidf = {
        f"runs of {words}, decay {decay}": (
            lambda split, d=decay, w=words: mt.baselines.TextKNN(texts, d, w).fit(split)
        )
        for words in (1, 2)
        for decay in DECAYS
    }
    cosine = {
        f"decay {decay}": lambda split, d=decay: mt.baselines.VectorKNN(vectors, d).fit(split)
        for decay in DECAYS
    }
    return {
        "tfidf": tfidf,
        "minilm cosine": cosine,
        "genre popularity": {"": GenrePopularity},
        "random": {"": Random},
    }


class GenrePopularity:
    """Scores a film by the training events of a film of its genres, in the mean."""

    name = "genre popularity"

    def __init__(self, split: Any) -> None:
        genres = split.log.catalogue.category_matrix  # (films, genres)
        counts = mt.features.fit(split).popularity  # (films,)
        trained = genres * (counts > 0)[:, None]
        mean = (counts @ trained) / np.maximum(trained.sum(axis=0), 1)  # (genres,)
        self.row = (genres @ mean) / np.maximum(genres.sum(axis=1), 1)

    def scores(self, histories: Any) -> np.ndarray:
        """The same row for everybody."""
        return np.tile(self.row, (len(histories), 1))


class Random:
    """Scores that say nothing."""

    name = "random"

    def __init__(self, split: Any) -> None:
        self.items, self.draw = split.log.catalogue.size, generator(0, "cold items", split.about)

    def scores(self, histories: Any) -> np.ndarray:
        """Numbers that are drawn anew."""
        return self.draw.random((len(histories), self.items))


def record(
    among: str,
    splits: list[Any],
    answers: dict[str, list[Answer]],
    chosen: dict[str, Any],
    validation: dict[str, float],
) -> dict[str, Any]:
    """The row of one set of candidates: all draws together, paired by person."""
    found = {name: judged(among, splits, each) for name, each in answers.items()}
    ours, alone = (
        mt.evaluation.compare(found[name], found["tfidf"], METRIC) for name in ("ours", "alone")
    )
    each = {
        name: [judged(among, [s], [a]).value for s, a in zip(splits, answers[name], strict=True)]
        for name in ("ours", "tfidf")
    }
    made = paired_row(
        "pretrained/cold-items/tfidf" + ("" if among == "new" else "/among-all"),
        "films of ml-100k without a training event, titles and genres only, ranked among "
        f"{AMONG[among]}: a model of behaviour that reads texts, TF-IDF beside it, over TF-IDF",
        ours,
        n=int(found["ours"].counts.sum()),
        draws=len(splits),
    )
    return made | {
        "people": ours.users,
        "by_draw": [round(a / b, 4) for a, b in zip(each["ours"], each["tfidf"], strict=True)],
        "alone": [round(v, 4) for v in (alone.ratio, alone.ratio_low, alone.ratio_high)],
        "beside": {name: round(one.value, 4) for name, one in found.items()},
        "chosen": chosen,
        "validation": {name: round(one, 4) for name, one in validation.items()},
    }
