"""What is odd about the tables as they stand in the files, before anything is cleaned."""

import re
import unicodedata
from collections.abc import Iterator

import polars as pl

from mtrec_lib.data.cleaning import counted
from mtrec_lib.data.readers.bring_your_own import Tables
from mtrec_lib.data.readers.cells.ids import groups_alike
from mtrec_lib.data.readers.cells.numbers import MISSING
from mtrec_lib.data.readers.description import Description
from mtrec_lib.data.readers.oddities.findings import Finding

_LISTED = r"^\s*[\[\{(].*[\]\})]\s*$"
_MOST = 3
_YEARS = (1000, 2100)


def odd_tables(description: Description, tables: Tables) -> Iterator[Finding]:
    """Ids that look alike, headers among the rows, text that looks like lists or like nothing."""
    named = (("events", tables.events), ("items", tables.items), ("users", tables.users))
    for name, frame in named:
        if frame is not None:
            yield from _headers(name, frame, description.tables[name]["columns"])
            for column in frame.get_columns():
                yield from _of_column(f"{name}.{column.name}", column)
    if tables.items is not None:
        yield from _changed_titles(tables.titles, tables.items)
        yield from _categories(tables.items)
        yield from _titles(tables.items)
        yield from _years(tables.items)


def _headers(name: str, frame: pl.DataFrame, columns: dict[str, str]) -> Iterator[Finding]:
    """A header that stands in the middle: two files were put one after the other."""
    text = [ours for ours, theirs in columns.items() if frame.schema.get(ours) == pl.String]
    if text:
        same = pl.all_horizontal(pl.col(ours) == columns[ours] for ours in text)
        count = frame.select(same).to_series().sum()
        if count:
            what = f"{counted(int(count), 'row')} with the names of the columns: a second header"
            yield Finding("odd", name, what, "delete it")


def _of_column(where: str, column: pl.Series) -> Iterator[Finding]:
    if column.null_count() == len(column):
        if not where.endswith(".timestamp"):
            yield Finding("odd", where, "every cell is empty", "delete the line of the column")
        return
    if column.dtype != pl.String:
        return
    if where.endswith(("_id", ".behaviour")):
        yield from _ids(where, column)
    values = column.drop_nulls()
    if not where.endswith(".title"):
        listed = int(values.str.contains(_LISTED).sum())
        if listed > len(values) / 2:
            what = f"{counted(listed, 'cell')} that look like lists, as {values[0]!r}"
            yield Finding("odd", where, what, "write the parts with a separator, as in a|b")
    missing = values.filter(values.str.strip_chars().str.to_lowercase().is_in(list(MISSING)))
    if len(missing) and not where.endswith(".title"):
        what = f"{counted(len(missing), 'cell')} with {missing[0]!r}, which is text here"
        yield Finding("odd", where, what, "leave a missing value empty")


def _ids(where: str, column: pl.Series) -> Iterator[Finding]:
    """Ids that differ by spaces, case, leading zeros, a decimal point or their Unicode form."""
    ids = column.drop_nulls().unique().sort().to_list()
    powers = [each for each in ids if re.fullmatch(r"-?[0-9.]+[eE]\+[0-9]+", each)]
    if powers:
        what = f"{counted(len(powers), 'id')} as a power of ten, {powers[0]!r}: digits are lost"
        yield Finding("odd", where, what, "write the column as text before it is exported")
    groups = groups_alike(ids, _plain)
    if groups:
        examples = "; ".join(" and ".join(map(repr, group[:_MOST])) for group in groups[:_MOST])
        what = f"{counted(len(groups), 'id')} in several spellings: {examples}"
        yield Finding("odd", where, what, "write each id in one way")


def _plain(id: str) -> str:
    plain = unicodedata.normalize("NFKC", id).strip().casefold().removesuffix(".0")
    return plain.lstrip("0") or "0"


def _categories(items: pl.DataFrame) -> Iterator[Finding]:
    names = items["categories"].explode(empty_as_null=True).drop_nulls()
    none = int((items["categories"].list.len() == 0).sum())
    if 0 < none < items.height:
        yield Finding("note", "items.categories", f"{counted(none, 'item')} without a category")
    odd = names.filter(names.str.contains(r"^[\[\{\"']|[\]\}\"']$"))
    if len(odd):
        what = f"{len(odd):,} categories look like pieces of a list: {odd[0]!r}"
        cure = "write them without brackets and quotes, and set categories_separator"
        yield Finding("odd", "items.categories", what, cure)
    glued = names.filter(names.str.contains(r"[;,/|]"))
    if len(glued) > len(names) / 2:
        what = f"most categories hold a separator themselves: {glued[0]!r}"
        yield Finding("odd", "items.categories", what, "set categories_separator in [items]")


def _changed_titles(written: pl.Series | None, items: pl.DataFrame) -> Iterator[Finding]:
    """Titles that are shown otherwise than they stand in the file."""
    if written is None:
        return
    own = written.cast(pl.String)
    other = ((own != items["title"]) & own.is_not_null()).arg_true()
    if len(other):
        what = f"{counted(len(other), 'title')} shown otherwise than in the file, as "
        what += f"{own[int(other[0])]!r} by {items['title'][int(other[0])]!r}"
        yield Finding("note", "items.title", what)


def _titles(items: pl.DataFrame) -> Iterator[Finding]:
    titles = items["title"]
    if items.height > 1 and (titles == items["item_id"].cast(pl.String)).all():
        what = "titles are the ids: no column title"
        yield Finding("note", "items.title", what, 'name it: title = "your column"')
    several = items.filter(pl.col("title").is_duplicated())
    if several.height:
        first = several["title"][0]
        what = f"{counted(several.height, 'item')} with the title of another: {first!r}"
        yield Finding("note", "items.title", what, "name such an item by its id")


def _years(items: pl.DataFrame) -> Iterator[Finding]:
    if "year" in items.columns:
        odd = items.filter(~pl.col("year").is_between(*_YEARS))
        if odd.height:
            what = f"{counted(odd.height, 'item')} of a year that is none, as {odd['year'][0]}"
            yield Finding("odd", "items.year", what, "name a column of four digits")
