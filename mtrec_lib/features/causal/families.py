"""The three families side by side, and the table that explains them."""

from typing import TYPE_CHECKING

import polars as pl

from mtrec_lib.features.causal.item_features import features as of_item
from mtrec_lib.features.causal.item_features import item_features
from mtrec_lib.features.causal.user_behaviour import features as of_behaviour
from mtrec_lib.features.causal.user_behaviour import user_behaviour
from mtrec_lib.features.causal.user_preference import CATEGORIES, user_preference
from mtrec_lib.features.causal.user_preference import features as of_preference
from mtrec_lib.features.people import Columns, People

if TYPE_CHECKING:
    from mtrec_lib.data import Split


def causal(split: "Split", categories: int = CATEGORIES, people: Columns = False) -> pl.DataFrame:
    """User behaviour, item features and user preference, joined: all from the past only.

    Args:
        split: a split log, in canonical order.
        categories: so many of the commonest categories in the preferences (≥ 1).
        people: whether attributes of the person (columns of ``log.users``) follow: True for all
            that hold texts, truth values or numbers, or a list of names. What values there are,
            and how numbers are spread, the people who train say.

    Returns:
        Float32 columns without null, NaN or infinity, one row a row of ``split.events``, in its
        order: ready for boosted trees, or standardised for a linear model.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.causal(split).height == split.events.height
    True

    Taught in chapter 02.
    """
    frames = [user_behaviour(split), item_features(split), user_preference(split, categories)]
    if people is not False:
        known = People.fit(split, people)
        frames.append(pl.DataFrame(known.of(split.events["user_id"]), schema=list(known.names)))
    return pl.concat(frames, how="horizontal")


def families(split: "Split", categories: int = CATEGORIES, people: Columns = False) -> pl.DataFrame:
    """What :func:`causal` holds for this log, without computing it.

    Returns:
        Columns ``family``, ``feature``, ``unit``, ``meaning``, a row a feature, in its order.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.families(split)["family"].unique(maintain_order=True).to_list()
    ['user behaviour', 'item', 'user preference']

    Taught in chapter 02.
    """
    by_family = {
        "user behaviour": of_behaviour(split),
        "item": of_item(split),
        "user preference": of_preference(split, categories),
    }
    rows = [(name, f.name, f.unit, f.meaning) for name, fs in by_family.items() for f in fs]
    if people is not False:
        rows += [("person", *row) for row in People.fit(split, people).described]
    return pl.DataFrame(rows, schema=["family", "feature", "unit", "meaning"], orient="row")
