"""Text files with a separator between cells: CSV, tabs, ``::``, with a header or without."""

import csv

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Rows
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.readers.files.decoded import utf8
from mtrec_lib.data.readers.files.layout import Dialect, Layout, layout_of, refuse_ragged
from mtrec_lib.data.readers.files.named import places

_STAND_INS = bytes(range(0x1F, 0x0B, -1)).replace(b"\r", b"") + bytes(range(1, 9))
_SPELT = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


def read_separated(table: Table, separator: str = ",") -> tuple[pl.DataFrame, Rows]:
    """The named columns under our names, each cell as text, the empty cell as null.

    Args:
        table: the description of the file.
        separator: what stands between cells where the description does not say it.

    Returns:
        The cells, and the lines at which their records begin.

    Raises:
        ParameterError: separators, quotes, lines or names that do not fit the file.
        EncodingError: see :func:`utf8`.
    """
    separator, quote = _options(table, separator)
    data = utf8(table)
    if data.lstrip().startswith(b'{"'):
        raise ParameterError(
            f'{table.where}: {table.path} seems to be JSON lines; set format = "jsonl"'
        )
    data = data if data.endswith(b"\n") else data + b"\n"
    data, dialect = _with_one_byte(data, separator, quote, table)
    layout = layout_of(data, dialect, table)
    refuse_ragged(layout, data, int(layout.cells[0]), dialect, table)
    names, first = _names(layout, data, dialect, table)
    columns = places(table, names, separator, table.options.get("header", True) is not False)
    frame = _cells(_body(data, layout, first), dialect, columns)
    rows = Rows("line", layout.lines[first:], header=first == 1)
    _refuse_second_header(frame, names, columns, rows, table)
    return frame, rows


def _options(table: Table, separator: str) -> tuple[str, str | None]:
    separator = table.options.get("separator", separator)
    quote = table.options.get("quote", '"')
    spelt = _SPELT.get(separator.lower())
    if spelt:
        written = spelt.replace("\t", "\\t")
        raise ParameterError(
            f"{table.where}: separator is the text {separator!r}; write separator = "
            f'"{written}", in double quotes'
        )
    if not separator or "\n" in separator or "\r" in separator or (quote and quote in separator):
        raise ParameterError(
            f"{table.where}: separator must be one or more characters other than line ends and "
            f'the quote, got {separator!r}; write it as in separator = ";"'
        )
    if len(quote) > 1 or not quote.isascii() or quote.isalnum() or quote.isspace():
        raise ParameterError(
            f"{table.where}: quote must be one character such as \" or ', or empty where quotes "
            f"are ordinary characters, got {quote!r}; correct it"
        )
    return separator, quote or None


def _with_one_byte(
    data: bytes, separator: str, quote: str | None, table: Table
) -> tuple[bytes, Dialect]:
    """The text with a single byte between cells: a control character where ours has several."""
    code = ord(quote) if quote else None
    if len(separator.encode()) == 1:
        return data, Dialect(ord(separator), code, separator)
    free = next((sign for sign in _STAND_INS if bytes([sign]) not in data), None)
    if free is None:
        raise ParameterError(
            f"{table.where}: {table.path} holds every control character, so {separator!r} cannot "
            "be read as its separator; write the file with a separator of one character"
        )
    return data.replace(separator.encode(), bytes([free])), Dialect(free, code, separator)


def _names(layout: Layout, data: bytes, dialect: Dialect, table: Table) -> tuple[list[str], int]:
    """The names of the columns, and how many records the header takes."""
    header = table.options.get("header", True)
    width = int(layout.cells[0])
    if header is False:
        return [str(number + 1) for number in range(width)], 0
    if header is not True:
        if len(header) != width:
            raise ParameterError(
                f"{table.where}: header lists {len(header)} names, but the first line of "
                f"{table.path} has {width} cells; list a name for every column"
            )
        return header, 0
    text = layout.text(data, 0)
    if dialect.quote is None:
        names = text.split(chr(dialect.separator))
    else:
        reader = csv.reader([text], delimiter=chr(dialect.separator), quotechar=chr(dialect.quote))
        names = next(reader)
    return [name.replace(chr(dialect.separator), dialect.written) for name in names], 1


def _body(data: bytes, layout: Layout, first: int) -> bytes:
    """The records after the header, without blank lines."""
    if len(layout.starts) == first:
        return b""
    if not layout.blank:
        return data[layout.starts[first] :]
    edges = np.zeros(len(data) + 1, np.int8)
    edges[layout.starts[first:]] += 1
    edges[layout.ends[first:] + 1] -= 1
    return np.frombuffer(data, np.uint8)[np.cumsum(edges[:-1], dtype=np.int8) > 0].tobytes()


def _cells(body: bytes, dialect: Dialect, columns: dict[str, int]) -> pl.DataFrame:
    quote = None if dialect.quote is None else chr(dialect.quote)
    wanted = sorted(set(columns.values()))
    if not body:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    frame = pl.read_csv(
        body,
        has_header=False,
        separator=chr(dialect.separator),
        quote_char=quote,
        columns=wanted,
        infer_schema=False,
    )
    frame.columns = [str(place) for place in wanted]
    return frame.select(
        _whole(pl.col(str(place)), body, dialect).alias(ours) for ours, place in columns.items()
    )


def _whole(cell: pl.Expr, body: bytes, dialect: Dialect) -> pl.Expr:
    """A cell as it was written: a quoted separator again itself, the quoted empty cell null."""
    if dialect.quote is None or bytes([dialect.quote]) not in body:
        return cell
    if len(dialect.written.encode()) > 1:
        cell = cell.str.replace_all(chr(dialect.separator), dialect.written, literal=True)
    return pl.when(cell != "").then(cell)


def _refuse_second_header(
    frame: pl.DataFrame, names: list[str], columns: dict[str, int], rows: Rows, table: Table
) -> None:
    """Two exports one after the other leave the second header among the rows."""
    if not rows.header or frame.is_empty():
        return
    same = [pl.col(ours) == names[place] for ours, place in columns.items()]
    again = frame.select(pl.all_horizontal(same).fill_null(False)).to_series().arg_true()
    if len(again):
        lines = ", ".join(str(rows.number(n)) for n in again[:3])
        raise ParameterError(
            f"{table.where}: {table.path} repeats its header in line {lines}; delete it there"
        )
