"""The tables of items and people beside the events: who is in them, and who is not."""

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.cleaning import Report
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


def people(
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
