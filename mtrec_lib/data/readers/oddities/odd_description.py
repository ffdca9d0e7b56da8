"""Keys of a description that its rows contradict, or that do nothing."""

from collections import Counter
from collections.abc import Iterator

from mtrec_lib.data.about import About
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.description import Description
from mtrec_lib.data.readers.oddities.findings import Finding
from mtrec_lib.data.readers.times.units import canonical


def odd_description(description: Description, about: About, log: Log | None) -> Iterator[Finding]:
    """What the description says and the log does not bear out."""
    columns = description.tables["events"]["columns"]
    yield from _twice(description)
    yield from _times(description)
    yield from _scale(about, columns)
    if "behaviour" in columns and "behaviour" in description.tables["events"]:
        what = "behaviour is a key and a column: the key does nothing"
        yield Finding("odd", "events.behaviour", what, "delete one of them")
    if about.licence == "not stated":
        yield Finding("note", "log.licence", "not stated", 'say it, as in licence = "private"')
    if log is not None and about.repeats and _nobody_returns(log):
        yield Finding(
            "odd",
            "log.repeats",
            "repeats = true, and no event repeats an item of the same person",
            "set repeats = false: earlier items are then no candidates",
        )


def _twice(description: Description) -> Iterator[Finding]:
    for table, options in description.tables.items():
        counts = Counter(options["columns"].values())
        for column, count in counts.items():
            if count > 1:
                names = [ours for ours, theirs in options["columns"].items() if theirs == column]
                yield Finding(
                    "odd",
                    f"{table}.columns",
                    f"{' and '.join(names)} are read from the one column {column!r}",
                    "name the column of each",
                )


def _times(description: Description) -> Iterator[Finding]:
    events = description.tables["events"]
    options = events.get("timestamp", {})
    if "timestamp" not in events["columns"]:
        what = "no column timestamp: the order of the file is taken for the order in time"
        yield Finding("odd", "events.timestamp", what, 'name it: timestamp = "your column"')
        if options:
            what = "[events.timestamp] is there, and no column timestamp to use it on"
            yield Finding("odd", "events.timestamp", what, "name it in [events.columns], or delete")
    unit = canonical(options.get("unit"))
    if unit not in (None, "excel days") and options.get("timezone", "UTC") != "UTC":
        what = f"timezone = {options['timezone']!r} does nothing: {unit} since 1970 count in UTC"
        yield Finding("odd", "events.timestamp", what, "delete it, or correct the numbers")


def _scale(about: About, columns: dict[str, str]) -> Iterator[Finding]:
    if about.grades and "rating" not in columns:
        what = "grades are declared, and no column is a rating"
        yield Finding(
            "odd", "log.grades", what, 'name it: rating = "your column", or delete grades'
        )
    if about.currency and not {"price", "spend"} & set(columns):
        yield Finding("note", "log.currency", "a currency is declared, and no column is a price")
    if "rating" in columns and not about.grades:
        yield Finding(
            "odd",
            "log.grades",
            "a rating without grades: no scale, so no like, and a count of plays looks the same",
            'set grades and like_at in [log]; name counts quantity = "your column"',
        )


def _nobody_returns(log: Log) -> bool:
    return log.events.select("user_id", "item_id").is_duplicated().sum() == 0
