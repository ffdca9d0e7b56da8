"""A reader's own log: a short TOML file says which columns of which files mean what."""

from pathlib import Path
from typing import Any

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import Report, clean
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.cells.ids import identities, same_type
from mtrec_lib.data.readers.cells.lists import empty
from mtrec_lib.data.readers.cells.numbers import flags, numbers
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.cells.texts import extra, texts
from mtrec_lib.data.readers.description import Description, read_description
from mtrec_lib.data.readers.own_columns import sessions, times
from mtrec_lib.data.readers.own_side_tables import items_of, users_of
from mtrec_lib.data.readers.own_tables import read_table
from mtrec_lib.data.schema import validate

_FLAGS = ("like", "click", "buy")
_AMOUNTS = ("price", "quantity")


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
    table = description.table("events")
    events = _events(read_table(table, problems), table.options, problems, about)
    items = _items(description, events, problems)
    users = _users(description, events, problems)
    problems.refuse()
    events, items = same_type(events, items, "item_id")
    events, users = same_type(events, users, "user_id")
    events, report = clean(events, problems.report(events.height), about)
    report = _strangers(events, items, report)
    return validate(Log(name, events, items.sort("item_id"), users.sort("user_id"), about, report))


def _events(
    raw: pl.DataFrame, options: dict[str, Any], problems: Problems, about: About
) -> pl.DataFrame:
    """The raw columns in the types of the schema; a cell that does not fit goes to ``problems``."""
    columns = {
        "user_id": identities(raw["user_id"], problems),
        "item_id": identities(raw["item_id"], problems),
        "timestamp": times(raw, options.get("timestamp", {}), problems),
        "behaviour": _behaviour(raw, options, problems),
        "row": pl.int_range(raw.height, dtype=pl.UInt32, eager=True),
    }
    for name in raw.columns:
        if name == "rating":
            columns[name] = numbers(raw[name], problems, among=about.grades)
        elif name in _AMOUNTS:
            columns[name] = numbers(raw[name], problems, least=0)
        elif name in _FLAGS:
            columns[name] = flags(raw[name], problems)
        elif name == "session_id":
            columns[name] = sessions(raw[name])
        elif name not in columns:
            columns[name] = extra(raw[name], problems)
    return pl.DataFrame([values.alias(name) for name, values in columns.items()])


def _behaviour(raw: pl.DataFrame, options: dict[str, Any], problems: Problems) -> pl.Series:
    if "behaviour" in raw.columns:
        word = texts(raw["behaviour"], problems)
        problems.add(raw["behaviour"], word.is_null(), "must not be empty")
        return word
    word = options.get("behaviour", "rate" if "rating" in raw.columns else "visit")
    return pl.Series([word], dtype=pl.String).new_from_index(0, raw.height)


def _items(description: Description, events: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """The items' table; without a file the items of the events, called by their ids."""
    if "items" in description.tables:
        return items_of(description.table("items"), problems)
    ids = events["item_id"].drop_nulls().unique().sort()
    titles = ids.cast(pl.String)
    return pl.DataFrame({"item_id": ids, "title": titles, "categories": empty(len(ids))})


def _users(description: Description, events: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """The users' table; without a file the users of the events."""
    if "users" in description.tables:
        return users_of(description.table("users"), problems)
    return pl.DataFrame({"user_id": events["user_id"].drop_nulls().unique().sort()})


def _strangers(events: pl.DataFrame, items: pl.DataFrame, report: Report) -> Report:
    """Events of items that the items' table does not know stay, as unknown, and are counted."""
    strange = events.join(items.select("item_id"), on="item_id", how="anti")
    if strange.height == events.height and events.height:
        raise ParameterError(
            f"no item_id of the events stands in the items: {_first(events)} in the events, "
            f"{_first(items)} in the items; "
            "check that [events.columns] and [items.columns] name the same ids"
        )
    return report.flagged("item not in the items' table, kept as unknown", strange)


def _first(table: pl.DataFrame) -> str:
    ids = table["item_id"].head(3).to_list()
    return ", ".join(map(repr, ids)) or "none"
