"""Chapter 00, the tour: checks, solutions and typical wrong answers."""

import math
from functools import cache
from typing import Any

import mtrec_lib as mt
import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("00.1")
def _encode(answer: Any) -> str | None:
    ids = [int(each) for each in answer]
    if ids == [4, 2, 1]:
        return None
    if len(ids) != 3:
        return "encode gives one number for each item that it is asked about"
    if ids[-1] != 1:
        return "an item that is in no catalogue has a number of its own; section 4 says which"
    return "the first film of the catalogue does not have the number 0 or 1: these are taken"


@exercise("00.2")
def _chain_rule(answer: Any) -> str | None:
    bits = float(answer)
    if math.isclose(bits, 3, abs_tol=1e-6):
        return None
    if math.isclose(bits, math.log(8), abs_tol=0.01):
        return "that is in nats; take the logarithm to base 2"
    if 0 < bits < 1:
        return "that is a probability; the loss is its negative logarithm"
    return "add the losses of the two parts, each the negative logarithm of its probability"


@exercise("00.3")
def _count_targets(answer: Any) -> str | None:
    parts = tuple(int(each) for each in answer)
    if parts == (11, 2, 2):
        return None
    if sum(parts) != 15:
        return "every event stands in exactly one part: the three numbers add up to all events"
    if parts[1] != parts[2]:
        return "whoever has a test event has a validation event too"
    return "what does the docstring say about people with few events?"


@exercise("00.4")
def _read_a_table(answer: Any) -> str | None:
    people, value = float(answer[0]), float(answer[1])
    if people != 30:
        return "hr@10 is a share of people; the table is over all of them"
    if math.isclose(value, 0.075, abs_tol=1e-6):
        return None
    if math.isclose(value, 0.5, abs_tol=1e-6):
        return "that is the credit of one hit; the mean is over all people, the misses count zero"
    return "multiply the share of hits by the credit of one hit at that rank"


@exercise("00.5")
def _change_the_history(answer: Any) -> str | None:
    if not (isinstance(answer, tuple) and len(answer) == 2 and hasattr(answer[1], "frame")):
        return "hand over a pair: the category, and what mt.recommend.top returned"
    category, listed = answer
    if listed.cold_start:
        return "the list goes by no known item: type titles of the catalogue"
    if len(listed.history) > 3:
        return f"at most three titles; this list goes by {len(listed.history)}"
    if len(listed) != 10:
        return f"ten items are asked for; this list has {len(listed)}"
    hits = sum(category in (row["categories"] or ()) for row in listed)
    if hits >= 6:
        return None
    return f"only {hits} of the ten have the category {category!r}; type what is typical of it"


def narrow(model: Any, category: str, k: int = 10) -> mt.recommend.Recommendations:
    """Of the lists after one popular item of the category, the one that has most of it.

    A title that belongs to several categories pulls the list towards all of them, so it is worth
    trying several. A rare category is hard: there may be fewer than six items that have it, or
    people who take one go on with something else. Then no history helps.
    """
    column = model.catalogue.categories.index(category)
    matrix = model.catalogue.category_matrix  # (items, categories)
    rows = np.flatnonzero(matrix[:, column])
    popular = rows[np.argsort(-model.popularity[rows])][:20]
    pasts = [mt.data.Histories.from_lists([[int(row) + 2]]) for row in popular]
    lists = [mt.recommend.top(model, past, k=k) for past in pasts]
    return max(lists, key=lambda listed: sum(category in row["categories"] for row in listed))


@cache
def _small_model() -> Any:
    """A model that needs no download: item-kNN on simulated people."""
    log = mt.data.load("simulator", users=100, events=4000, items=80, categories=2, seed=0)
    return mt.baselines.ItemKNN().fit(mt.data.split(log))


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    model = _small_model()
    category = model.catalogue.categories[0]
    return {
        # Rows of the catalogue begin at number 2: row 2 is number 4, row 0 is 2; 99 is unknown.
        "00.1": [4, 2, 1],
        # −log2(1/4) − log2(1/2) = 2 + 1.
        "00.2": 3.0,
        # Two events are too few: both train. Of three, one trains; of ten, eight. 2 + 1 + 8 = 11.
        "00.3": (11, 2, 2),
        # 3/20 of 200 people are 30. A hit at rank 3 counts 1 / log2(4) = 1/2, a miss 0.
        "00.4": (30, 3 / 20 / 2),
        "00.5": (category, narrow(model, category)),
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    model = _small_model()
    category, titles = model.catalogue.categories[0], model.catalogue.titles
    return {
        "00.1": [[2, 0, -1], [2, 0, 1], [3, 1, 1], [4, 2]],
        "00.2": [1 / 8, math.log(8), 2.0, 0.75],
        "00.3": [(9, 3, 3), (12, 1, 2), (11, 3, 3)],
        "00.4": [(15, 0.075), (30, 0.5), (30, 0.15)],
        "00.5": [
            category,
            (category, mt.recommend.top(model, history=[])),
            (category, mt.recommend.top(model, history=titles[:5])),
            ("no such category", mt.recommend.top(model, history=titles[:2])),
        ],
    }
