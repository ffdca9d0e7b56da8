"""What a person likes, category by category, and how well the coming item fits it."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.causal.running_sums import (
    Feature,
    back,
    compute,
    days,
    is_timed,
    ratio,
    so_far,
    table,
)

if TYPE_CHECKING:
    from mtrec_lib.data import Split

PRIOR_RATINGS = 5  # weight of "as the person's mean", in ratings, against a category's own
CATEGORIES = 32
PAST = pl.col("past")


def user_preference(split: "Split", categories: int = CATEGORIES) -> pl.DataFrame:
    """The person's taste by category, and how well the coming item fits it.

    An event counts for each category of its item. The row itself gives its item's categories, to
    the affinities alone, and its time; its outcome is never read.

    Args:
        split: a split log, in canonical order.
        categories: so many of the catalogue's commonest categories (≥ 1).

    Returns:
        Float32 columns, one row a row of ``split.events``, in its order;
        ``mt.features.families(split)`` says what they mean. A log without categories has none of
        them, and the table no column.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.user_preference(split)["affinity"].is_between(0, 1).all()
    True

    Taught in chapter 02.
    """
    names = _names(split, categories)
    frame = table(split).with_columns(_flags(split, names))
    frame = frame.with_columns(
        so_far(_flag(name).cast(pl.UInt32)).alias(f"count:{name}") for name in names
    )
    if split.log.has("rating"):
        frame = frame.with_columns(_lift(name).alias(f"lift:{name}") for name in names)
    return compute(frame, features(split, categories))


def _names(split: "Split", categories: int) -> tuple[str, ...]:
    if categories < 1:
        raise ParameterError(f"categories must be ≥ 1, got {categories}; the usual is {CATEGORIES}")
    return split.log.catalogue.categories[:categories]


def _flags(split: "Split", names: tuple[str, ...]) -> list[pl.Series]:
    """``in:NAME``: whether the event's item is in the category; an unknown item is in none."""
    catalogue = split.log.catalogue
    ids = catalogue.encode(split.events["item_id"])
    inside = np.pad(catalogue.category_matrix > 0, ((2, 0), (0, 0)))
    return [pl.Series(f"in:{name}", inside[ids, column]) for column, name in enumerate(names)]


def _flag(name: str) -> pl.Expr:
    return pl.col(f"in:{name}")


def _lift(name: str) -> pl.Expr:
    """Mean rating in the category less the person's mean, shrunk to zero."""
    rating = pl.when(_flag(name)).then(pl.col("rating"))
    rated = so_far(rating.is_not_null().cast(pl.Int64))
    return (so_far(rating) - rated * pl.col("mean")) / (rated + PRIOR_RATINGS)


def features(split: "Split", categories: int = CATEGORIES) -> list[Feature]:
    """The family's features for this log: none of tastes where no item has a category."""
    names = _names(split, categories)
    if not names:
        return _again(split)
    described = [_share(name) for name in names]
    described += [_lift_feature(name) for name in names] * split.log.has("rating")
    described += [_recency(name) for name in names] * is_timed(split)
    described.append(_affinity(names))
    described += [_rating_affinity(names)] * split.log.has("rating")
    return described + _again(split)


def _share(name: str) -> Feature:
    text = f"Share of the person's earlier events in {name}; 0 where there are none."
    return Feature(f"share:{name}", "share", text, ratio(pl.col(f"count:{name}"), PAST))


def _lift_feature(name: str) -> Feature:
    text = (
        f"The person's mean rating in {name} less their mean, as if {PRIOR_RATINGS} more ratings "
        "were average; 0 where there are none."
    )
    return Feature(f"lift:{name}", "grade", text, pl.col(f"lift:{name}"))


def _recency(name: str) -> Feature:
    touched = pl.when(_flag(name)).then(pl.col("time")).forward_fill()
    text = f"Since the person's last event in {name}; −1 where there is none."
    return Feature(f"days_since:{name}", "days", text, days(pl.col("time"), back(touched)))


def _affinity(names: tuple[str, ...]) -> Feature:
    counts = [pl.col(f"count:{name}").cast(pl.Float64) for name in names]
    shared = pl.sum_horizontal(c * _flag(name) for c, name in zip(counts, names, strict=True))
    lengths = (pl.sum_horizontal(c**2 for c in counts) * _carried(names)).sqrt()
    text = "Cosine of the person's counts by category with the coming item's; 0 without either."
    return Feature("affinity", "0 to 1", text, ratio(shared, lengths).clip(0, 1))


def _rating_affinity(names: tuple[str, ...]) -> Feature:
    lifts = pl.sum_horizontal(pl.col(f"lift:{name}") * _flag(name) for name in names)
    text = "Mean lift of the coming item's categories; 0 where it has none."
    return Feature("rating_affinity", "grade", text, ratio(lifts, _carried(names)))


def _carried(names: tuple[str, ...]) -> pl.Expr:
    """How many of the categories the coming item carries."""
    return pl.sum_horizontal(_flag(name).cast(pl.Int64) for name in names)


def _again(split: "Split") -> list[Feature]:
    """The person and this very item, for logs where people come back to one."""
    if not split.log.about.repeats:
        return []
    times = pl.int_range(pl.len()).over("person", "item")
    text = "How often the person had this very item before."
    described = [Feature("same_item_events", "events", text, times)]
    if is_timed(split):
        last = pl.col("time").shift(1).over("person", "item")
        text = "Since they last had it; −1 where they never had."
        described.append(Feature("same_item_days", "days", text, days(pl.col("time"), last)))
    return described
