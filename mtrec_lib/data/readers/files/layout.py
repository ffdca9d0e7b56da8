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
    ends, inner, before = _ends(data, dialect, table)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = np.arange(1, len(starts) + 1) + np.searchsorted(inner, starts)
    cells = np.diff(before, prepend=0) + 1
    full = ends > starts
    if full.all():
        return Layout(starts, ends, lines, cells, False)
    return Layout(starts[full], ends[full], lines[full], cells[full], True)


def _ends(data: bytes, dialect: Dialect, table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Newlines that end a record, newlines inside a cell, separators before each of the former.

    In pieces, so that what is computed of one stays in the processor's cache.
    """
    codes = np.frombuffer(data, np.uint8)
    quoted = dialect.quote is not None and bytes([dialect.quote]) in data
    borders = (_NEWLINE, dialect.separator, dialect.quote)
    ends, inner, before = [], [], []
    open, separators = np.uint8(0), 0
    for start in range(0, len(codes), _PIECE):
        piece = codes[start : start + _PIECE]
        is_newline, is_separator = piece == _NEWLINE, piece == dialect.separator
        if quoted:
            is_quote = piece == dialect.quote
            # An odd number of quotes so far: inside a cell. The parity survives the overflow.
            inside = ((np.cumsum(is_quote, dtype=np.uint8) + open) & 1).astype(bool)
            is_border = is_newline | is_separator | is_quote
            # Around the whole text stand, as it were, newlines.
            around = [
                n < 0 or n >= len(codes) or codes[n] in borders
                for n in (start - 1, start + len(piece))
            ]
            stray = _stray_quotes(is_quote, inside, is_border, *around)
            if len(stray):
                raise ParameterError(_stray(data, start + int(stray[0]), dialect, table))
            inner.append(np.flatnonzero(is_newline & inside) + start)
            is_newline, is_separator = is_newline & ~inside, is_separator & ~inside
            open = np.uint8(inside[-1])
        here = np.flatnonzero(is_newline)
        signs = np.flatnonzero(is_separator)
        ends.append(here + start)
        before.append(np.searchsorted(signs, here) + separators)
        separators += len(signs)
    if open:
        last = data.rfind(bytes([dialect.quote or 0]))
        raise ParameterError(_stray(data, last, dialect, table, never_closed=True))
    none = np.array([], np.int64)
    return np.concatenate(ends), np.concatenate([none, *inner]), np.concatenate(before)


_PIECE = 1 << 18


def _stray_quotes(
    is_quote: np.ndarray, inside: np.ndarray, is_border: np.ndarray, before: bool, after: bool
) -> np.ndarray:
    """The quotes of a piece that neither open a cell at its start nor close one at its end.

    A quote after which we are ``inside`` opens, another closes; a doubled one inside a cell closes
    and opens at once, so that a quote is a border, too. ``before`` and ``after``: whether the bytes
    around the piece are borders.
    """
    left = np.concatenate([[before], is_border[:-1]])
    right = np.concatenate([is_border[1:], [after]])
    return np.flatnonzero(is_quote & np.where(inside, ~left, ~right))


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
