"""What a person has done until now: counts, gaps, sessions, ratings, spend."""

from typing import TYPE_CHECKING

import polars as pl

from mtrec_lib.features.causal.running_sums import (
    DAY,
    NEVER,
    Feature,
    back,
    compute,
    days,
    is_timed,
    outcomes,
    ratio,
    so_far,
    table,
)

if TYPE_CHECKING:
    from mtrec_lib.data import Split

PAUSE_MINUTES = 30  # a longer pause begins a new session where the log names none
LAST_RATINGS = 5
TIME, PAST, RATING = pl.col("time"), pl.col("past"), pl.col("rating")


def user_behaviour(split: "Split") -> pl.DataFrame:
    """What the person had done before each event.

    Columns adapt to the log: without ratings, prices, times or outcomes theirs are left out;
    ``mt.features.families(split)`` lists names, units and meanings. Nothing of the row itself is
    read but who, when and in which session. No value is missing: each feature says its fill.

    Args:
        split: a split log, in canonical order.

    Returns:
        Float32 columns, one row a row of ``split.events``, in its order.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.user_behaviour(split)["user_events"][0]
    0.0

    Taught in chapter 02.
    """
    frame = table(split)
    if _has_sessions(split):
        frame = frame.with_columns(_session(frame))
    return compute(frame, features(split))


def _has_sessions(split: "Split") -> bool:
    return is_timed(split) or split.log.has("session_id")


def features(split: "Split") -> list[Feature]:
    """The family's features for this log."""
    log = split.log
    described = [*_counts(), *_behaviours(split)]
    described += _times() if is_timed(split) else []
    described += _sessions() if _has_sessions(split) else []
    described += _ratings() if log.has("rating") else []
    described += [_outcome(name) for name in outcomes(split)]
    return described + _spend(split)


def _counts() -> list[Feature]:
    distinct = pl.struct("person", "item").is_first_distinct().cast(pl.Int64)
    return [
        Feature("user_events", "events", "Earlier events of the person.", PAST),
        Feature("user_distinct_items", "items", "Different items among them.", so_far(distinct)),
    ]


def _behaviours(split: "Split") -> list[Feature]:
    """Shares of each behaviour, for a log that has several."""
    names = split.log.events["behaviour"].unique().sort().to_list()
    return [
        Feature(
            f"user_share:{name}",
            "share",
            f"Share of '{name}' among the earlier events; 0 where there are none.",
            ratio(so_far((pl.col("behaviour") == name).cast(pl.Int64)), PAST),
        )
        for name in (names if len(names) > 1 else [])
    ]


def _times() -> list[Feature]:
    first = TIME.first().over("person")
    since_first = days(TIME, pl.when(PAST > 0).then(first))
    gap = ratio((back(TIME) - first) / DAY, PAST - 1, NEVER)
    return [
        Feature("user_days_since_first", "days", "Since the first event; −1 at it.", since_first),
        Feature(
            "user_days_since_last",
            "days",
            "Since the event before; −1 where there is none.",
            days(TIME, back(TIME)),
        ),
        Feature(
            "user_mean_gap_days",
            "days",
            "Mean pause between earlier events; −1 with fewer than two.",
            gap,
        ),
    ]


def _session(frame: pl.DataFrame) -> pl.Expr:
    """Number of the session: the log's own, or cut where a pause is long."""
    if "session_id" in frame.columns:
        return pl.col("session_id").alias("session")
    pause = (TIME - back(TIME)) > PAUSE_MINUTES * 60_000_000
    return pause.fill_null(False).cum_sum().over("person").alias("session")


def _sessions() -> list[Feature]:
    position = pl.int_range(pl.len()).over("person", "session")
    return [
        Feature(
            "session_events",
            "events",
            f"Earlier events of the running session (own number, or {PAUSE_MINUTES} min pauses).",
            position,
        )
    ]


def _ratings() -> list[Feature]:
    rated, mean = pl.col("rated"), pl.col("mean")
    squares = ratio(so_far(RATING**2), rated)
    spread = pl.when(rated > 1).then((squares - mean**2).clip(0).sqrt()).otherwise(0.0)
    latest = [
        Feature(
            f"user_rating_{step}_back",
            "grade",
            f"The rating {step} events back; the running mean where there is none.",
            back(RATING, step).fill_null(mean),
        )
        for step in range(1, LAST_RATINGS + 1)
    ]
    fill = "everybody's mean so far where there is none."
    return [
        *latest,
        Feature("user_rating_mean", "grade", f"Mean of the earlier ratings; {fill}", mean),
        Feature(
            "user_rating_std", "grade", "Their standard deviation; 0 with fewer than two.", spread
        ),
    ]


def _outcome(name: str) -> Feature:
    known = so_far(pl.col(name).is_not_null().cast(pl.Int64))
    return Feature(
        f"user_{name}_share",
        "share",
        f"Share of {name} among the earlier events where it is known; everybody's share so far "
        "where there are none.",
        ratio(so_far(pl.col(name)), known, pl.col(f"prior:{name}")),
    )


def _spend(split: "Split") -> list[Feature]:
    if not (split.log.has("spend") or split.log.has("price")):
        return []
    currency = split.log.about.currency or "money"
    spend = so_far(pl.col("spend"))
    known = so_far(pl.col("spend").is_not_null().cast(pl.Int64))
    return [
        Feature(
            "user_spend",
            currency,
            "Spent until now; an event whose spend is unknown adds nothing.",
            spend,
        ),
        Feature(
            "user_spend_mean",
            currency,
            "Mean of an earlier event; 0 where there are none.",
            ratio(spend, known),
        ),
    ]
