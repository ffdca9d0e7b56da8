"""Which weeks train, validate and test: those that a log declares, counted from its first week."""

from typing import TYPE_CHECKING

import polars as pl

from mtrec_lib.core.errors import ParameterError

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log

Weeks = tuple[int, int]
DEFAULT: tuple[Weeks, Weeks, Weeks] = ((1, 46), (47, 49), (50, 53))


def declared_weeks(log: "Log") -> tuple[Weeks, Weeks, Weeks]:
    """First and last week of training, validation and test, in the numbers of the column ``week``.

    ``about.validation_weeks`` and ``about.test_weeks`` count from the first week of the log, which
    is week 1; whatever lies before the validation trains. A log that declares none has weeks 1 to
    53, as the year of ``complete-journey``.

    Raises:
        ParameterError: there are no weeks, or they are no whole numbers.
    """
    about = log.about
    if about.validation_weeks is None or about.test_weeks is None:
        return DEFAULT
    before = first_week(log.events, log.name) - 1
    validation, test = (
        (before + weeks[0], before + weeks[1])
        for weeks in (about.validation_weeks, about.test_weeks)
    )
    return (before + 1, validation[0] - 1), validation, test


def first_week(events: pl.DataFrame, name: str) -> int:
    """The smallest number of the column ``week``.

    Raises:
        ParameterError: there is no such column, or its values are no whole numbers.
    """
    week = events["week"] if "week" in events.columns else pl.Series("week", [], dtype=pl.Int64)
    whole = week.dtype.is_numeric() and bool((week.drop_nulls().cast(pl.Float64) % 1 == 0).all())
    if week.null_count() == len(week) or not whole:
        values = week.drop_nulls()
        received = repr(values[0]) if len(values) else "none"
        raise ParameterError(
            f"week must be a whole number in the events of {name!r}, got {received}; number the "
            "weeks on in time, over the turn of a year too, or delete the line week of "
            "[events.columns] in your .toml: weeks are then counted from the times"
        )
    return int(week.min())  # type: ignore[arg-type]
