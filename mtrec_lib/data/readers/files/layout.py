"""Where the records and cells of a separated file lie; quotes out of place and ragged lines."""

from dataclasses import dataclass

import numpy as np

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.description import Table

_NEWLINE = 10


@dataclass(frozen=True)
class Dialect:
    """How a file is written: one byte between cells, one byte around them or none.

    ``written`` is the separator of the description, for which ``separator`` may stand in.
    """

    separator: int
    quote: int | None
    written: str


@dataclass(frozen=True)
class Layout:
    """The records of a text, blank lines left out.

    Args:
        starts, ends: ``(records,)``, the bytes from ``starts`` up to ``ends`` are a record.
        lines: ``(records,)``, the line at which a record begins, as an editor counts from 1.
        cells: ``(records,)``, how many cells it has.
        blank: whether lines without a character stood among the records.
    """

    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    cells: np.ndarray
    blank: bool

    def text(self, data: bytes, record: int) -> str:
        """The record as it is written."""
        return data[self.starts[record] : self.ends[record]].decode("utf-8")


def layout_of(data: bytes, dialect: Dialect, table: Table) -> Layout:
    """The layout of ``data``, which ends with a newline.

    Raises:
        ParameterError: a quote stands inside a cell, or is never closed; says at which line.
    """
    codes = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    separators = np.flatnonzero(codes == dialect.separator)
    all_newlines = newlines
    if dialect.quote is not None and bytes([dialect.quote]) in data:
        quotes = np.flatnonzero(codes == dialect.quote)
        _refuse_stray(data, codes, quotes, dialect, table)
        newlines = newlines[_outside(newlines, quotes)]
        separators = separators[_outside(separators, quotes)]
    starts = np.concatenate([[0], newlines[:-1] + 1])
    if len(newlines) == len(all_newlines):
        lines = np.arange(1, len(starts) + 1)
    else:
        lines = np.searchsorted(all_newlines, starts) + 1
    before = np.searchsorted(separators, newlines)
    cells = np.diff(before, prepend=0) + 1
    full = newlines > starts
    if full.all():
        return Layout(starts, newlines, lines, cells, False)
    return Layout(starts[full], newlines[full], lines[full], cells[full], True)


def _outside(places: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Whether an even number of quotes stands before each place."""
    return np.searchsorted(quotes, places) % 2 == 0


def _refuse_stray(
    data: bytes, codes: np.ndarray, quotes: np.ndarray, dialect: Dialect, table: Table
) -> None:
    """Every second quote opens a cell, at its start; the others close one, at its end.

    A doubled quote inside a cell closes and opens at once.
    """
    opening, closing = quotes[::2], quotes[1::2]
    before, after = codes[opening - 1], codes[closing + 1]
    # Before the very first byte stands, by the index -1, the last: a newline.
    opens = (before == _NEWLINE) | (before == dialect.separator)
    opens[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    closes = (after == _NEWLINE) | (after == dialect.separator) | (after == dialect.quote)
    stray = np.concatenate([opening[~opens], closing[~closes]])
    if len(stray):
        raise ParameterError(_stray(data, int(stray.min()), dialect, table))
    if len(quotes) % 2:
        raise ParameterError(_stray(data, int(quotes[-1]), dialect, table, never_closed=True))


def _stray(
    data: bytes, place: int, dialect: Dialect, table: Table, never_closed: bool = False
) -> str:
    quote = chr(dialect.quote or 0)
    start = data.rfind(b"\n", 0, place) + 1
    end = data.find(b"\n", place)
    line = data.count(b"\n", 0, place) + 1
    text = data[start : min(end, start + 120)].decode("utf-8", "replace")
    text = text.replace(chr(dialect.separator), dialect.written)
    fault = "is never closed" if never_closed else "stands inside a cell"
    cure = (
        "this file escapes quotes by a backslash; double them instead"
        if data[max(place - 1, 0) : place] == b"\\"
        else "double each quote of a quoted cell"
    )
    return (
        f"{table.where}: {table.path}, line {line}: the quote {quote} {fault}: {text!r}; "
        f'set quote = "" where quotes are ordinary characters, or else {cure} ({quote * 2})'
    )


def refuse_ragged(layout: Layout, data: bytes, wanted: int, dialect: Dialect, table: Table) -> None:
    """Refuse records with more or fewer cells than the first line.

    Raises:
        ParameterError: says how many, the first line, its cells and the cure.
    """
    ragged = np.flatnonzero(layout.cells != wanted)
    if not len(ragged):
        return
    first = int(ragged[0])
    text = layout.text(data, first)[:120].replace(chr(dialect.separator), dialect.written)
    more = layout.cells[first] > wanted
    cure = (
        f"put a cell that contains {dialect.written!r} into quotes, or write the file with "
        "another separator"
        if more
        else "the line is cut off or a separator is missing; correct it"
    )
    raise ParameterError(
        f"{table.where}: {table.path}, line {layout.lines[first]} has {layout.cells[first]} "
        f"{'cell' if layout.cells[first] == 1 else 'cells'} where the first line has {wanted}, "
        f"so {'has' if len(ragged) == 1 else 'have'} {len(ragged):,} of {len(layout.cells):,} "
        f"lines: {text!r}; {cure}"
    )
