"""The tables of items and of users of a reader's log, in the order of their files."""

import polars as pl

from mtrec_lib.data.readers.cells.ids import identities
from mtrec_lib.data.readers.cells.lists import categories, empty
from mtrec_lib.data.readers.cells.numbers import numbers, years
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.cells.texts import extra, texts
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.titles import display, split_year

_ITEM = ("item_id", "title", "categories")


def items_of(raw: pl.DataFrame, table: Table, problems: Problems) -> pl.DataFrame:
    """``item_id``, ``title`` (else the id), ``categories`` (else none), further columns."""
    ids = identities(raw["item_id"], problems, distinct=True)
    title = ids.cast(pl.String)
    if "title" in raw.columns:
        title = texts(raw["title"], problems).fill_null(title)
    groups = empty(raw.height)
    if "categories" in raw.columns:
        separator = table.options.get("categories_separator", "|")
        groups = categories(raw["categories"], separator, problems)
    columns = [ids.alias("item_id"), title.alias("title"), groups.alias("categories")]
    columns += [_item_extra(raw[name], problems) for name in raw.columns if name not in _ITEM]
    items = pl.DataFrame(columns)
    return _as_films(items) if table.options.get("film_titles", False) else items


def users_of(raw: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """``user_id`` and what else the file holds of people."""
    ids = identities(raw["user_id"], problems, distinct=True)
    extras = [extra(raw[name], problems) for name in raw.columns if name != "user_id"]
    return pl.DataFrame([ids.alias("user_id"), *extras])


def _item_extra(raw: pl.Series, problems: Problems) -> pl.Series:
    if raw.name == "year":
        return years(raw, problems)
    return numbers(raw, problems, least=0) if raw.name == "price" else extra(raw, problems)


def _as_films(items: pl.DataFrame) -> pl.DataFrame:
    """Titles with the article in front; years out of them, where no column tells them."""
    titles = [display(title) for title in items["title"]]
    items = items.with_columns(pl.Series("title", titles, dtype=pl.String))
    year = pl.Series("year", [split_year(title)[1] for title in titles], dtype=pl.Int32)
    if "year" in items.columns or year.null_count() == len(year):
        return items
    return items.with_columns(year)
