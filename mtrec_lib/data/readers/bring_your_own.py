"""A reader's own log: a short TOML file says which columns of which files mean what."""

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import clean
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers.cells.ids import identities, same_type
from mtrec_lib.data.readers.cells.numbers import flags, numbers
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.cells.texts import extra, texts
from mtrec_lib.data.readers.description import Description, read_description
from mtrec_lib.data.readers.own_cleaning import Cleaning, filtered, joined
from mtrec_lib.data.readers.own_flags import flagged_rows, flagged_times
from mtrec_lib.data.readers.own_joins import catalogue, people
from mtrec_lib.data.readers.own_side_tables import items_of, users_of
from mtrec_lib.data.readers.own_tables import Tables, read_table
from mtrec_lib.data.readers.own_times import UTC, sessions, times
from mtrec_lib.data.readers.own_weeks import every_part_holds_a_week, ready_to_split
from mtrec_lib.data.schema import events_problems, validate

_FLAGS = ("like", "click", "buy")
_AMOUNTS = ("price", "quantity")


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
    table = description.table("events")
    events = _events(read_table(table, problems), table.options, problems, about)
    known = {line.split(":")[0] for line in problems.found}
    for line in events_problems(events, about):
        if f"events.{line.split(':')[0]}" not in known:  # a cell that does not fit is named once
            problems.note(f"events.{line}")
    frames: dict[str, pl.DataFrame | None] = {"items": None, "users": None}
    titles = None
    for name in frames:
        if name in description.tables:
            side = description.table(name)
            raw = problems.attempt(name, partial(read_table, side, problems), None)
            if raw is None:
                continue
            make = partial(users_of, raw, problems)
            if name == "items":
                make = partial(items_of, raw, side, problems)
                titles = raw["title"] if "title" in raw.columns else None
            frames[name] = problems.attempt(name, make, None)
    for name, key in (("items", "item_id"), ("users", "user_id")):
        frame = frames[name]
        if frame is not None:
            events, frames[name] = same_type(events, frame, key)
    return Tables(events, frames["items"], frames["users"], titles)


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
    report = problems.report(tables.events.height)
    events, report = problems.attempt(
        "cleaning", lambda: joined(tables.events, cleaning, zone, report), (tables.events, report)
    )
    events, report = clean(events, flagged_times(events, report), about)
    events, report = problems.attempt(
        "cleaning", lambda: filtered(events, cleaning, report), (events, report)
    )
    items, report = catalogue(tables, events, cleaning.min_events_per_item > 1, problems, report)
    users, report = people(tables, events, cleaning.min_events_per_user > 1, problems, report)
    before = len(problems.found)
    events = problems.attempt(
        "log.split", lambda: ready_to_split(events, about, zone, name), events
    )
    log = Log(name, events, items, users, about, flagged_rows(events, about, report))
    if len(problems.found) == before:
        problems.attempt("log.split", lambda: every_part_holds_a_week(log), None)
    return log if problems.found else validate(log)


def _events(
    raw: pl.DataFrame, options: dict[str, Any], problems: Problems, about: About
) -> pl.DataFrame:
    """The raw columns in the types of the schema; a cell that does not fit goes to ``problems``."""
    columns = {
        "user_id": identities(raw["user_id"], problems),
        "item_id": identities(raw["item_id"], problems),
        "timestamp": problems.attempt(
            "events.timestamp",
            lambda: times(raw, options.get("timestamp", {}), problems),
            pl.Series([None], dtype=UTC).new_from_index(0, raw.height),
        ),
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
            none = pl.Series([None], dtype=pl.Int64).new_from_index(0, raw.height)
            columns[name] = problems.attempt(
                "events.session_id", partial(sessions, raw[name]), none
            )
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
