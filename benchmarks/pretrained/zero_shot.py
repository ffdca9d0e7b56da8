"""SmolLM2 ranks titles without training: a hundred people, four scores, two wordings.

ml-100k, last event left out. A hundred people, drawn once; the candidates are a hundred films drawn
once and what those people took next, own films left out. *Below* is the share of the candidates
that a score puts under the film that came next, ties counting against it: dice have one half. The
same people and candidates are given to popularity, decayed counts, and likeness of texts and words.
"""

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import spearmanr

import mtrec_lib as mt
from benchmarks._records import ROOT, kept, row
from benchmarks.multi_task.one_model import Kept
from benchmarks.pretrained.decoders import NAME
from benchmarks.pretrained.joined import text_vectors
from mtrec_lib.core import fingerprint, generator

COMMAND = "python -m benchmarks pretrained --only zero_shot"
FOLDER = ROOT / "runs" / "pretrained" / "zero_shot"
PEOPLE, CANDIDATES, TOLD = 100, 100, 10
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
    prior = np.array(said(split, films, OPENING))
    given, other = (
        np.array([said(split, films, told_of(split, one, words)) for one in asked])
        for words in WORDINGS
    )
    tokens = np.array([len(ids) for ids in _decoder().tokens(named(split, films))])
    found = {
        wording: {
            name: below(split, asked, films, scores)
            for name, scores in variants(logs, prior, tokens).items()
        }
        for wording, logs in (("first", given), ("second", other))
    }
    beside = {
        name: below(split, asked, films, model.fit(split).scores(asked.histories)[:, films - 2])
        for name, model in rivals(split).items()
    }
    moved = {
        name: float(np.mean([spearmanr(a, b).statistic for a, b in zip(one, two, strict=True)]))
        for (name, one), two in zip(
            variants(given, prior, tokens).items(),
            variants(other, prior, tokens).values(),
            strict=True,
        )
    }
    return [record(name, asked, found, beside, moved) for name in SCORES]


def drawn(split: Any, people: int) -> tuple[Any, np.ndarray]:
    """Questions about some people, and ``(films,)`` ids of the candidates."""
    draw, asked = generator(0, "zero shot"), split.queries("test")
    asked = asked[np.sort(draw.choice(len(asked), people, replace=False))]
    some = draw.choice(split.log.catalogue.size, CANDIDATES, replace=False) + 2
    return asked, np.unique(np.concatenate([some, asked.target_items[asked.target_items >= 2]]))


def named(split: Any, films: np.ndarray) -> list[str]:
    """The candidates as continuations of a text."""
    return [f" {split.log.catalogue.titles[film - 2]}" for film in films]


def told_of(split: Any, one: Any, words: str) -> str:
    """The beginning of a text: one past in a wording."""
    limits: dict[str, Any] = {"max_events": TOLD, "max_characters": 400}
    return words.format(mt.features.history_text(one.histories, split.log, "{title}", **limits))


def said(split: Any, films: np.ndarray, beginning: str) -> list[float]:
    """ln p of every candidate after a text, nats; read from its file, or asked."""
    titles = named(split, films)
    key = fingerprint([NAME, beginning, titles])[:12]
    return list(kept(FOLDER / f"{key}.json", lambda: asked_of(beginning, titles)))


def asked_of(beginning: str, titles: list[str]) -> list[float]:
    """ln p of every title after a text, nats, by SmolLM2."""
    return _decoder().log_prob(beginning, titles, batch_size=64)[0].tolist()


@cache
def _decoder() -> Any:
    return mt.models.Pretrained(NAME)


def variants(given: np.ndarray, prior: np.ndarray, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """The four scores, each ``(people, films)``."""
    less = given - prior
    return dict(zip(SCORES, (given, given / tokens, less, less / tokens), strict=True))


def rivals(split: Any) -> dict[str, Any]:
    """Models that rank the same candidates."""
    texts = mt.features.item_texts(split.log)
    return {
        COUNTS: mt.models.DecayedCounts(),
        "popularity": mt.models.Popularity(),
        "likeness of texts": mt.models.VectorKNN(text_vectors()),
        "TF-IDF": mt.models.TextKNN(texts),
    }


def below(split: Any, asked: Any, films: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """``(people,)`` share of a person's other candidates below the film that came next."""
    own = asked.histories.seen_mask(split.log.catalogue.size)[:, films - 2]
    place = np.searchsorted(films, asked.target_items)
    target = np.take_along_axis(scores, place[:, None], axis=1)
    others = ~own
    np.put_along_axis(others, place[:, None], False, axis=1)
    return ((scores < target) & others).sum(axis=1) / others.sum(axis=1)


def record(
    name: str,
    asked: Any,
    found: dict[str, dict[str, np.ndarray]],
    beside: dict[str, np.ndarray],
    moved: dict[str, float],
) -> dict[str, Any]:
    """The row of one score over decayed counts, paired by person."""
    ours = found["first"][name]
    paired = mt.evaluation.compare(_held(asked, ours), _held(asked, beside[COUNTS]), "metric")
    made = row(
        f"pretrained/zero-shot/{name.replace(' ', '-')}",
        f"share of the candidates below the film that came next, ml-100k: SmolLM2 without training "
        f"({name}) over {COUNTS}; {len(asked)} people, {CANDIDATES} films drawn and all that these "
        "people took next",
        paired.a,
        paired.b,
        "share",
        [paired.ratio_low, paired.ratio_high],
        paired.users,
        COMMAND,
    )
    return made | {
        "with_interval": _stated(ours),
        "other_wording": _stated(found["second"][name]),
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
