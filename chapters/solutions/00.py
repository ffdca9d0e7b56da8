"""Worked solutions of chapter 00, the tour, and typical wrong answers."""

import math
from typing import Any

import mtrec_lib as mt
import numpy as np


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


def _small_model() -> Any:
    """A model that needs no download: item-kNN on simulated people."""
    log = mt.data.load("simulator", users=100, events=4000, items=80, categories=2, seed=0)
    return mt.baselines.ItemKNN().fit(mt.data.split(log))


_model = _small_model()
_titles = _model.catalogue.titles
_category = _model.catalogue.categories[0]

SOLUTIONS = {
    # Catalogue rows begin at number 2, so row 2 is number 4 and row 0 is number 2; 99 is unknown.
    "00.1": [4, 2, 1],
    # −log2(1/4) − log2(1/2) = 2 + 1.
    "00.2": 3.0,
    # Two events are too few: both train. Of three, one trains; of ten, eight. 2 + 1 + 8 = 11.
    "00.3": (11, 2, 2),
    # 3/20 of 200 people are 30. A hit at rank 3 counts 1 / log2(4) = 1/2, a miss 0.
    "00.4": (30, 3 / 20 / 2),
    "00.5": (_category, narrow(_model, _category)),
}

WRONG = {
    "00.1": [[2, 0, -1], [2, 0, 1], [3, 1, 1], [4, 2]],
    "00.2": [1 / 8, math.log(8), 2.0, 0.75],
    "00.3": [(9, 3, 3), (12, 1, 2), (11, 3, 3)],
    "00.4": [(15, 0.075), (30, 0.5), (30, 0.15)],
    "00.5": [
        _category,
        (_category, mt.recommend.top(_model, history=[])),
        (_category, mt.recommend.top(_model, history=_titles[:5])),
        ("no such category", mt.recommend.top(_model, history=_titles[:2])),
    ],
}
