"""SmolLM2 ranks titles without training: a hundred people, four scores, two wordings.

ml-100k, last event left out. A hundred people, drawn once; each is asked about fifty films, drawn
once for all, and the film that they took next; films of their past are left out. *Below* is the
share of these that a score puts under the film that came next, ties counting against it: dice have
one half. The same people and films are given to popularity, decayed counts, and likeness of texts
and of words.
"""

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import spearmanr

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import paired_row
from benchmarks.multi_task.one_model import Kept
from benchmarks.pretrained.decoders import NAME
from benchmarks.pretrained.joined import text_vectors
from mtrec_lib.core import fingerprint, generator

CELLS = Cells(__name__)
PEOPLE, CANDIDATES, TOLD = 100, 50, 10
WORDINGS = (
    "One person took these films, the newest last: {}. The next film:",
    "A list of films that somebody liked, in order: {};",
)
OPENING = "Here is the title of a film:"  # tells nothing of the person
SCORES = ("raw", "per token", "less prior", "both")
COUNTS = "decayed counts"


def run(args: Any) -> list[dict[str, Any]]:
    """Ask about whom there is no file yet, and answer with the rows."""
    split = mt.data.leave_last_out(mt.data.load("ml-100k"))
    asked, films = drawn(split, getattr(args, "people", None) or PEOPLE)
    titles = titles_of(split, films)
    tokens = np.array([[len(ids) for ids in _decoder().tokens(row)] for row in titles])
    every = sorted({title for row in titles for title in row})
    fame = dict(zip(every, said(every, OPENING), strict=True))
    prior = np.array([[fame[title] for title in row] for row in titles])
    first, second = (
        variants(spoken(split, asked, titles, words), prior, tokens) for words in WORDINGS
    )
    shares = {
        wording: {name: below(asked, films, scores) for name, scores in some.items()}
        for wording, some in (("first", first), ("second", second))
    }
    beside = {
        name: below(asked, films, answered(model.fit(split), asked, films))
        for name, model in rivals(split).items()
    }
    moved = {name: alike(first[name], second[name]) for name in SCORES}
    return [record(name, asked, shares, beside, moved) for name in SCORES]


def drawn(split: Any, people: int) -> tuple[Any, np.ndarray]:
    """Questions about some people, and ``(people, films)`` ids, each person's own target last."""
    draw, asked = generator(0, "zero shot"), split.queries("test")
    asked = asked[asked.target_items >= 2]
    asked = asked[np.sort(draw.choice(len(asked), people, replace=False))]
    some = draw.choice(split.log.catalogue.size, CANDIDATES, replace=False) + 2
    return asked, np.column_stack([np.tile(some, (people, 1)), asked.target_items])


def titles_of(split: Any, films: np.ndarray) -> list[list[str]]:
    """Each person's films as continuations of a text."""
    return [[f" {split.log.catalogue.titles[film - 2]}" for film in row] for row in films]


def spoken(split: Any, asked: Any, titles: list[list[str]], words: str) -> np.ndarray:
    """ln p of each person's films after their past in a wording, ``(people, films)``."""
    pairs = zip(asked, titles, strict=True)
    return np.array([said(row, told_of(split, one, words)) for one, row in pairs])


def answered(model: Any, asked: Any, films: np.ndarray) -> np.ndarray:
    """Scores of each person's films by a model of the whole catalogue."""
    return np.take_along_axis(model.scores(asked.histories), films - 2, axis=1)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """The mean rank correlation of two orders of each person's films."""
    pairs = zip(one, other, strict=True)
    return float(np.mean([spearmanr(a, b).statistic for a, b in pairs]))


def told_of(split: Any, one: Any, words: str) -> str:
    """The beginning of a text: one past in a wording."""
    limits: dict[str, Any] = {"max_events": TOLD, "max_characters": 400}
    return words.format(mt.features.history_text(one.histories, split.log, "{title}", **limits))


def said(titles: list[str], beginning: str) -> list[float]:
    """ln p of titles after a text, nats; read from their file, or asked."""
    name = f"titles {fingerprint([beginning, titles])[:8]}"
    settings = {"decoder": NAME, "beginning": beginning, "titles": titles}
    return list(CELLS.result(name, 0, settings, lambda: asked_of(beginning, titles)))


def asked_of(beginning: str, titles: list[str]) -> list[float]:
    """ln p of every title after a text, nats, by SmolLM2; those of like length together."""
    return _decoder().log_prob(beginning, titles, batch_size=16)[0].tolist()


@cache
def _decoder() -> Any:
    return mt.pretrained.Pretrained(NAME)


def variants(given: np.ndarray, prior: np.ndarray, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """The four scores, each ``(people, films)``."""
    less = given - prior
    return dict(zip(SCORES, (given, given / tokens, less, less / tokens), strict=True))


def rivals(split: Any) -> dict[str, Any]:
    """Models that rank the same candidates."""
    texts = mt.features.item_texts(split.log)
    return {
        COUNTS: mt.baselines.DecayedCounts(),
        "popularity": mt.baselines.Popularity(),
        "likeness of texts": mt.baselines.VectorKNN(text_vectors()),
        "TF-IDF": mt.baselines.TextKNN(texts),
    }


def below(asked: Any, films: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """``(people,)`` share of a person's other films below the one that came next, the last."""
    seen = asked.histories.seen_mask(int(films.max()) - 1)
    others = ~np.take_along_axis(seen, films - 2, axis=1) & (films != films[:, -1:])
    return ((scores < scores[:, -1:]) & others).sum(axis=1) / others.sum(axis=1)


def record(
    name: str,
    asked: Any,
    shares: dict[str, dict[str, np.ndarray]],
    beside: dict[str, np.ndarray],
    moved: dict[str, float],
) -> dict[str, Any]:
    """The row of one score over decayed counts, paired by person."""
    ours = shares["first"][name]
    paired = mt.evaluation.compare(_held(asked, ours), _held(asked, beside[COUNTS]), "metric")
    made = paired_row(
        f"pretrained/zero-shot/{name.replace(' ', '-')}",
        "share of films below the one that came next, ml-100k: SmolLM2 without training "
        f"({name}) over {COUNTS}; {len(asked)} people, {CANDIDATES} films drawn",
        paired,
        "share",
    )
    return made | {
        "with_interval": _stated(ours),
        "other_wording": _stated(shares["second"][name]),
        "order_kept_by_other_wording": round(moved[name], 3),
        "beside": {other: _stated(each) for other, each in beside.items()},
    }


def _held(asked: Any, each: np.ndarray) -> Kept:
    people = asked.histories.users.tolist()
    once = [1] * len(people)
    return Kept({"users": people, "counts": once, "each": each, "weights": once})


def _stated(each: np.ndarray) -> list[float]:
    """Mean and 95 % interval by person."""
    low, high = mt.evaluation.bootstrap_interval(each)
    return [round(float(value), 3) for value in (each.mean(), low, high)]
