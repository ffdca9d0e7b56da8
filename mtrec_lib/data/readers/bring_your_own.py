"""A reader's own log: a short TOML file says which columns of which files mean what."""

from pathlib import Path
from typing import Any

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.cleaning import Report, clean
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.description import Description, read_description
from mtrec_lib.data.readers.own_columns import Problems, flags, identities, numbers, sessions, times
from mtrec_lib.data.readers.own_tables import read_table
from mtrec_lib.data.schema import validate
from mtrec_lib.data.titles import display, split_year

_FLAGS = ("like", "click", "buy")
_NUMBERS = ("rating", "price", "quantity")


def load(path: str | Path) -> Log:
    """The log that a TOML file describes; ``data/templates/my.toml`` explains every key.

    Args:
        path: the description; the files that it names are relative to its folder.

    Raises:
        ParameterError: a key is unknown or missing, or a file does not exist.
        EncodingError: a file is not in its encoding; says at which byte.
        SchemaError: cells that are no numbers, no times, outside the scale; all listed at once.
    """
    about, name, description = read_description(Path(path))
    problems = Problems(str(path))
    raw = description.table("events")
    events = _events(read_table(raw), raw.options, problems)
    items = _items(description, events, problems)
    users = _users(description, events, problems)
    problems.refuse()
    events, report = clean(events, Report(rows_in=events.height), about)
    report = _strangers(events, items, report)
    return validate(Log(name, events, items, users, about, report))


def _events(raw: pl.DataFrame, options: dict[str, Any], problems: Problems) -> pl.DataFrame:
    """The raw columns in the types of the schema; a cell that does not fit goes to ``problems``."""
    problems.table = "events"
    columns = {
        "user_id": identities(raw["user_id"], problems),
        "item_id": identities(raw["item_id"], problems),
        "timestamp": times(raw, options.get("timestamp", {}), problems),
        "behaviour": _behaviour(raw, options),
        "row": pl.int_range(raw.height, dtype=pl.UInt32, eager=True),
    }
    for name in raw.columns:
        if name in _NUMBERS:
            columns[name] = numbers(raw[name], problems)
        elif name in _FLAGS:
            columns[name] = flags(raw[name], problems)
        elif name == "session_id":
            columns[name] = sessions(raw[name])
        elif name not in columns:
            columns[name] = _extra(raw[name])
    return pl.DataFrame([values.alias(name) for name, values in columns.items()])


def _behaviour(raw: pl.DataFrame, options: dict[str, Any]) -> pl.Series:
    if "behaviour" in raw.columns:
        return raw["behaviour"].cast(pl.String)
    word = options.get("behaviour", "rate" if "rating" in raw.columns else "visit")
    return pl.Series([word], dtype=pl.String).new_from_index(0, raw.height)


def _extra(column: pl.Series) -> pl.Series:
    """A column of the reader's own: a number where every cell is one, else as it is."""
    if column.dtype != pl.String:
        return column
    number = column.cast(pl.Float64, strict=False)
    return number if number.null_count() == column.null_count() else column


def _items(description: Description, events: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """The items' table; without a file the items of the events, called by their ids."""
    if "items" not in description.tables:
        ids = events["item_id"].drop_nulls().unique().sort()
        none = pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(ids))
        return pl.DataFrame({"item_id": ids, "title": ids.cast(pl.String), "categories": none})
    problems.table = "items"
    own = description.table("items")
    raw = read_table(own)
    ids = identities(raw["item_id"], problems, like=events["item_id"].dtype)
    title = raw["title"].cast(pl.String) if "title" in raw.columns else ids.cast(pl.String)
    title = title.fill_null(ids.cast(pl.String)).map_elements(display, return_dtype=pl.String)
    columns = [ids.alias("item_id"), title.alias("title"), _categories(raw, own.options)]
    columns += [_item_extra(raw, name, problems) for name in raw.columns if name not in _ITEM]
    items = pl.DataFrame(columns)
    return _with_years(items).sort("item_id")


_ITEM = ("item_id", "title", "categories")


def _item_extra(raw: pl.DataFrame, name: str, problems: Problems) -> pl.Series:
    if name == "year":
        return numbers(raw[name], problems).cast(pl.Int32, strict=False)
    return numbers(raw[name], problems) if name == "price" else _extra(raw[name])


def _with_years(items: pl.DataFrame) -> pl.DataFrame:
    """Years out of the titles, where no column tells them and some title does."""
    years = pl.Series("year", [split_year(t)[1] for t in items["title"]], dtype=pl.Int32)
    if "year" in items.columns or years.null_count() == len(years):
        return items
    return items.with_columns(years)


def _categories(raw: pl.DataFrame, options: dict[str, Any]) -> pl.Series:
    if "categories" not in raw.columns:
        none = pl.Series("categories", [[]], dtype=pl.List(pl.String))
        return none.new_from_index(0, raw.height)
    if isinstance(raw.schema["categories"], pl.List):
        return raw["categories"].cast(pl.List(pl.String)).fill_null([])
    text = raw.select(pl.col("categories").cast(pl.String).fill_null(""))
    parts = pl.col("categories").str.split(options.get("categories_separator", "|"))
    clean_parts = parts.list.eval(pl.element().str.strip_chars().filter(pl.element() != ""))
    return text.select(clean_parts).to_series()


def _users(description: Description, events: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """The users' table; without a file the users of the events."""
    if "users" not in description.tables:
        return pl.DataFrame({"user_id": events["user_id"].drop_nulls().unique().sort()})
    problems.table = "users"
    raw = read_table(description.table("users"))
    ids = identities(raw["user_id"], problems, like=events["user_id"].dtype)
    extras = [_extra(raw[name]) for name in raw.columns if name != "user_id"]
    return pl.DataFrame([ids.alias("user_id"), *extras]).sort("user_id")


def _strangers(events: pl.DataFrame, items: pl.DataFrame, report: Report) -> Report:
    """Events of items that the items' table does not know stay, as unknown, and are counted."""
    strange = events.join(items.select("item_id"), on="item_id", how="anti")
    if strange.height == events.height and events.height:
        raise ParameterError(
            "no item_id of the events stands in the items; "
            "check that [events.columns] and [items.columns] name the same ids"
        )
    return report.flagged("item not in the items' table, kept as unknown", strange)
