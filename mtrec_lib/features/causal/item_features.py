"""What is known of the coming item: its categories, age and price, and its fate until now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from mtrec_lib.features.causal.running_sums import (
    Feature,
    before,
    compute,
    is_timed,
    outcomes,
    ratio,
    table,
)

if TYPE_CHECKING:
    from mtrec_lib.data import Split

PRIOR_EVENTS = 5  # weight of everybody's mean, in events, against the item's own


def item_features(split: "Split") -> pl.DataFrame:
    """What was known of each event's item before the event.

    Categories, year and list price stand in the catalogue and are known in advance. Popularity,
    ratings and outcomes are counted over all people at strictly earlier times, in the rows that
    the protocol of the split makes visible; they are left out for a log without times. Where the
    events carry prices, the price is the mean one *seen so far*: a catalogue price may be a median
    over the whole log, which would tell of the future.

    Args:
        split: a split log, in canonical order.

    Returns:
        Float32 columns, one row a row of ``split.events``, in its order;
        ``mt.features.families(split)`` says what they mean.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.item_features(split).height == split.events.height
    True

    Taught in chapter 02.
    """
    frame = pl.concat([table(split), _catalogue_columns(split)], how="horizontal")
    if is_timed(split):
        sums = _sums(split)
        fate = before(frame, ["item"], {f"item:{name}": value for name, value in sums.items()})
        everything = before(frame, [], {"all:events": sums["events"]})
        frame = pl.concat([frame, fate, everything], how="horizontal")
    return compute(frame, features(split))


def _catalogue_columns(split: "Split") -> pl.DataFrame:
    """Properties of the coming item; null where unknown or outside the catalogue."""
    catalogue = split.log.catalogue
    items = catalogue.items.select(
        pl.col("categories").list.len().alias("category_count"),
        *(
            pl.col(name).cast(pl.Float64).alias(f"catalogue_{name}")
            for name in _known_in_advance(split)
        ),
    )
    place = pl.Series(catalogue.encode(split.events["item_id"]).astype("int64") - 2)
    return items.select(pl.all().gather(place.set(place < 0, None)))


def _known_in_advance(split: "Split") -> list[str]:
    items = split.log.catalogue.items
    names = ["year"] + ["price"] * (not split.log.has("price"))
    return [n for n in names if n in items.columns and items[n].null_count() < items.height]


def _sums(split: "Split") -> Mapping[str, pl.Expr]:
    sums = {"events": pl.lit(1.0)}
    for name in _averaged(split):
        sums[name] = pl.col(name)
        sums[f"known {name}"] = pl.col(name).is_not_null()
    return sums


def _averaged(split: "Split") -> list[str]:
    log = split.log
    return [name for name in ("rating", "price") if log.has(name)] + list(outcomes(split))


def features(split: "Split") -> list[Feature]:
    """The family's features for this log."""
    count = pl.col("category_count").fill_null(0)
    described = [Feature("item_categories", "categories", "How many the item has.", count)]
    if "year" in _known_in_advance(split):
        described += _age(split)
    if "price" in _known_in_advance(split):
        price = pl.col("catalogue_price")
        described += _price(price, "List price", split.log.about.currency)
    return described + (_fate(split) if is_timed(split) else [])


def _age(split: "Split") -> list[Feature]:
    year = pl.col("catalogue_year")
    known = Feature("item_year_known", "0 or 1", "Whether its year is known.", year.is_not_null())
    if not is_timed(split):
        text = "Year of the item; 0 where unknown."
        return [Feature("item_year", "year", text, year.fill_null(0)), known]
    now = pl.from_epoch(pl.col("time"), time_unit="us").dt.year()
    text = "Year of the event less the item's; 0 where unknown."
    return [Feature("item_age", "years", text, (now - year).fill_null(0)), known]


def _price(price: pl.Expr, what: str, currency: str | None) -> list[Feature]:
    bucket = (2 * (1 + price).log(2)).round()
    return [
        Feature(
            "item_price_bucket",
            "bucket",
            f"{what} p in {currency or 'money'} as round(2·log₂(1 + p)); 0 where unknown.",
            bucket.fill_nan(None).fill_null(0),
        ),
        Feature("item_price_known", "0 or 1", f"{what}: whether it is known.", price.is_not_null()),
    ]


def _fate(split: "Split") -> list[Feature]:
    """How people have met the item until now."""
    events, everything = pl.col("item:events"), pl.col("all:events")
    described = [
        Feature("item_events", "events", "Everybody's earlier events with the item.", events),
        Feature(
            "item_share", "share", "Its share of all earlier events.", ratio(events, everything)
        ),
    ]
    if split.log.has("price"):
        known = pl.col("item:known price")
        price = pl.when(known > 0).then(pl.col("item:price") / known)
        described += _price(price, "Mean price so far", split.log.about.currency)
    if split.log.has("rating"):
        described.append(_shrunk("rating", "item_rating_mean", "grade", "Mean rating"))
    return described + [
        _shrunk(name, f"item_{name}_rate", "share", f"Share of {name}") for name in outcomes(split)
    ]


def _shrunk(name: str, feature: str, unit: str, what: str) -> Feature:
    total, known = pl.col(f"item:{name}"), pl.col(f"item:known {name}")
    value = (total + PRIOR_EVENTS * pl.col(f"prior:{name}")) / (known + PRIOR_EVENTS)
    text = f"{what} of the item so far, as if {PRIOR_EVENTS} more events had everybody's mean."
    return Feature(feature, unit, text, value)
