"""A reader's own log: a short TOML file says which columns of which files mean what."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import Report, clean
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.description import Description, read_description
from mtrec_lib.data.readers.own_cleaning import Cleaning, filtered, joined
from mtrec_lib.data.readers.own_columns import Problems, flags, identities, numbers
from mtrec_lib.data.readers.own_flags import flagged_rows, flagged_times
from mtrec_lib.data.readers.own_tables import read_table
from mtrec_lib.data.readers.own_times import UTC, sessions, times
from mtrec_lib.data.readers.own_weeks import every_part_holds_a_week, ready_to_split
from mtrec_lib.data.schema import events_problems, validate
from mtrec_lib.data.titles import display, split_year

_FLAGS = ("like", "click", "buy")
_NUMBERS = ("rating", "price", "quantity")
_ITEM = ("item_id", "title", "categories")


@dataclass(frozen=True)
class Tables:
    """The tables of a reader's files under our names, before anything is joined or left out."""

    events: pl.DataFrame
    items: pl.DataFrame | None
    users: pl.DataFrame | None


def load(path: str | Path) -> Log:
    """The log that a TOML file describes; ``data/templates/my.toml`` explains every key.

    Args:
        path: the description; the files that it names are relative to its folder.

    Raises:
        ParameterError: a key is unknown or missing, a file does not exist or has no rows, or what
            the description says of the log is contradicted by its rows.
        EncodingError: a file is not in its encoding; says at which byte.
        SchemaError: cells that are no numbers, no times, outside the scale; all listed at once.
    """
    about, name, description = read_description(Path(path))
    problems = Problems(str(path))
    tables = read_tables(description, about, problems)
    problems.refuse()
    return finish(about, name, description, tables, problems)


def read_tables(description: Description, about: About, problems: Problems) -> Tables:
    """The files in the types of the schema; a cell that does not fit goes to ``problems``."""
    raw = description.table("events")
    events = _events(rows_of(raw), raw.options, problems)
    known = {line.split(":")[0] for line in problems.found}
    for line in events_problems(events, about):
        if f"events.{line.split(':')[0]}" not in known:  # a cell that does not fit is named once
            problems.note(f"events.{line}")
    frames = [
        problems.attempt(name, partial(make, description, events.schema[key], problems), None)
        if name in description.tables
        else None
        for name, key, make in (("items", "item_id", _items), ("users", "user_id", _users))
    ]
    return Tables(events, *frames)


def rows_of(table: Any) -> pl.DataFrame:
    raw = read_table(table)
    if raw.is_empty():
        raise ParameterError(
            f"{table.where}: {table.path.name} has no rows, only a header; export it again"
        )
    return raw


def finish(
    about: About, name: str, description: Description, tables: Tables, problems: Problems
) -> Log:
    """The log of clean tables: repeated events joined, rare ones left out, odd ones counted.

    Raises:
        ParameterError: the tables are of different people or items, or do not carry the split that
            the description declares.
    """
    cleaning = problems.attempt("cleaning", lambda: Cleaning.of(description.cleaning), Cleaning())
    zone = description.tables["events"].get("timestamp", {}).get("timezone", "UTC")
    report = Report(rows_in=tables.events.height)
    for reason, count in problems.flags:
        report = report.flagged(reason, count)
    events, report = problems.attempt(
        "cleaning", lambda: joined(tables.events, cleaning, zone, report), (tables.events, report)
    )
    events, report = clean(events, flagged_times(events, report), about)
    events, report = problems.attempt(
        "cleaning", lambda: filtered(events, cleaning, report), (events, report)
    )
    items, report = _catalogue(tables, events, cleaning.min_events_per_item > 1, problems, report)
    users, report = _people(tables, events, cleaning.min_events_per_user > 1, problems, report)
    before = len(problems.found)
    events = problems.attempt(
        "log.split", lambda: ready_to_split(events, about, zone, name), events
    )
    log = Log(name, events, items, users, about, flagged_rows(events, about, report))
    if len(problems.found) == before:
        problems.attempt("log.split", lambda: every_part_holds_a_week(log), None)
    return log if problems.found else validate(log)


def _events(raw: pl.DataFrame, options: dict[str, Any], problems: Problems) -> pl.DataFrame:
    """The raw columns in the types of the schema; a cell that does not fit goes to ``problems``."""
    problems.table = "events"
    columns = {
        "user_id": identities(raw["user_id"], problems),
        "item_id": identities(raw["item_id"], problems),
        "timestamp": problems.attempt(
            "events.timestamp",
            lambda: times(raw, options.get("timestamp", {}), problems),
            pl.Series([None], dtype=UTC).new_from_index(0, raw.height),
        ),
        "behaviour": _behaviour(raw, options),
        "row": pl.int_range(raw.height, dtype=pl.UInt32, eager=True),
    }
    for name in raw.columns:
        if name in _NUMBERS:
            columns[name] = numbers(raw[name], problems)
        elif name in _FLAGS:
            columns[name] = flags(raw[name], problems)
        elif name == "session_id":
            none = pl.Series([None], dtype=pl.Int64).new_from_index(0, raw.height)
            columns[name] = problems.attempt(
                "events.session_id", partial(sessions, raw[name]), none
            )
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


def _items(description: Description, like: pl.DataType, problems: Problems) -> pl.DataFrame:
    """The items' table in the order of its file."""
    problems.table = "items"
    own = description.table("items")
    raw = rows_of(own)
    ids = identities(raw["item_id"], problems, like=like)
    _once(raw["item_id"], ids, problems)
    title = raw["title"].cast(pl.String) if "title" in raw.columns else ids.cast(pl.String)
    title = title.fill_null(ids.cast(pl.String)).map_elements(display, return_dtype=pl.String)
    columns = [ids.alias("item_id"), title.alias("title"), _categories(raw, own.options)]
    columns += [_item_extra(raw, name, problems) for name in raw.columns if name not in _ITEM]
    return _with_years(pl.DataFrame(columns))


def _once(raw: pl.Series, ids: pl.Series, problems: Problems) -> None:
    """An item or a person stands once in its table; rows count as in the file."""
    problems.add(raw, ids.is_duplicated() & ids.is_not_null(), "must not occur twice")


def _item_extra(raw: pl.DataFrame, name: str, problems: Problems) -> pl.Series:
    if name == "year":
        return numbers(raw[name], problems).cast(pl.Int32, strict=False)
    if name != "price":
        return _extra(raw[name])
    price = numbers(raw[name], problems)
    problems.add(raw[name], ~price.is_finite(), "must be finite")
    problems.add(raw[name], price < 0, "must be ≥ 0")
    return price


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


def _users(description: Description, like: pl.DataType, problems: Problems) -> pl.DataFrame:
    """The users' table in the order of its file."""
    problems.table = "users"
    raw = rows_of(description.table("users"))
    ids = identities(raw["user_id"], problems, like=like)
    _once(raw["user_id"], ids, problems)
    extras = [_extra(raw[name]) for name in raw.columns if name != "user_id"]
    return pl.DataFrame([ids.alias("user_id"), *extras])


def _catalogue(
    tables: Tables, events: pl.DataFrame, narrowed: bool, problems: Problems, report: Report
) -> tuple[pl.DataFrame, Report]:
    """The items, sorted; without a file those of the events, called by their ids.

    Where rare items are left out, they leave the catalogue, too.
    """
    if tables.items is None:
        ids = events["item_id"].unique().sort()
        none = pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(ids))
        frame = pl.DataFrame({"item_id": ids, "title": ids.cast(pl.String), "categories": none})
        return frame, report
    word = "item not in the items' table, kept as unknown"
    frame = tables.items
    report = problems.attempt(
        "items.item_id",
        lambda: _strangers("item_id", tables.events, events, frame, word, report),
        report,
    )
    return _narrowed("item_id", frame, events, narrowed, report)


def _people(
    tables: Tables, events: pl.DataFrame, narrowed: bool, problems: Problems, report: Report
) -> tuple[pl.DataFrame, Report]:
    """The people, sorted; without a file those of the events."""
    if tables.users is None:
        return pl.DataFrame({"user_id": events["user_id"].unique().sort()}), report
    word = "person not in the users' table, of whom nothing is known"
    frame = tables.users
    report = problems.attempt(
        "users.user_id",
        lambda: _strangers("user_id", tables.events, events, frame, word, report),
        report,
    )
    return _narrowed("user_id", frame, events, narrowed, report)


def _narrowed(
    key: str,
    table: pl.DataFrame,
    events: pl.DataFrame,
    narrowed: bool,
    report: Report,
) -> tuple[pl.DataFrame, Report]:
    """The table sorted; without those that have no event left, where events were left out."""
    if not narrowed:
        return table.sort(key), report
    left = table.join(events.select(key).unique(), on=key, how="semi")
    kind = "item left out of the catalogue" if key == "item_id" else "person left out of the users"
    return left.sort(key), report.flagged(f"{kind}: too few events", table.height - left.height)


def _strangers(
    key: str,
    all_events: pl.DataFrame,
    events: pl.DataFrame,
    table: pl.DataFrame,
    word: str,
    report: Report,
) -> Report:
    """Events whose item or person another table does not know stay, and are counted.

    Raises:
        ParameterError: the table knows none of them.
    """
    if not all_events[key].is_in(table[key].implode()).any():
        name = "items" if key == "item_id" else "users"
        raise ParameterError(
            f"no {key} of the events stands in the {name}: the events have "
            f"{all_events[key][0]!r}, the {name} {table[key][0]!r}; "
            f"check that [events.columns] and [{name}.columns] name the same ids"
        )
    return report.flagged(word, events.join(table.select(key), on=key, how="anti"))
