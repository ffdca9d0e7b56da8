"""The tables of items and people beside the events: who is in them, and who is not."""

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.cleaning import Report
from mtrec_lib.data.readers.cells.lists import empty
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.own_tables import Tables


def catalogue(
    tables: Tables, events: pl.DataFrame, narrowed: bool, problems: Problems, report: Report
) -> tuple[pl.DataFrame, Report]:
    """The items, sorted; without a file those of the events, called by their ids.

    Where rare items are left out, they leave the catalogue, too.
    """
    if tables.items is None:
        ids = events["item_id"].unique().sort()
        titles = ids.cast(pl.String)
        frame = pl.DataFrame({"item_id": ids, "title": titles, "categories": empty(len(ids))})
        return frame, report
    word = "item not in the items' table, kept as unknown"
    report = _matched("items.item_id", tables.items, word, tables, events, problems, report)
    return _narrowed("item_id", tables.items, events, narrowed, report)


def people(
    tables: Tables, events: pl.DataFrame, narrowed: bool, problems: Problems, report: Report
) -> tuple[pl.DataFrame, Report]:
    """The people, sorted; without a file those of the events."""
    if tables.users is None:
        return pl.DataFrame({"user_id": events["user_id"].unique().sort()}), report
    word = "person not in the users' table, of whom nothing is known"
    report = _matched("users.user_id", tables.users, word, tables, events, problems, report)
    return _narrowed("user_id", tables.users, events, narrowed, report)


def _matched(
    where: str,
    table: pl.DataFrame,
    word: str,
    tables: Tables,
    events: pl.DataFrame,
    problems: Problems,
    report: Report,
) -> Report:
    """The report with the events counted that ``table`` does not know; see :func:`_strangers`."""
    key = where.partition(".")[2]
    return problems.attempt(
        where, lambda: _strangers(key, tables.events, events, table, word, report), report
    )


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
