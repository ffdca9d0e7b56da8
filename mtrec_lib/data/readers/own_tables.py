"""Reading a reader's CSV or Parquet file: text stays text, bytes are never guessed."""

import codecs
import io

import polars as pl

from mtrec_lib.core.errors import EncodingError, ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.readers.description import Table


def read_table(table: Table) -> pl.DataFrame:
    """The named columns of a file under our names, in the order of the description.

    Cells of a CSV file come as text, the empty cell as null; "None" and "NA" stay text (fault 27).

    Raises:
        ParameterError: an unknown format, a column that the file has not, a file that is no CSV
            or Parquet.
        EncodingError: a byte that the encoding does not allow; says which (fault 26).
    """
    format = table.options.get("format", table.path.suffix.lstrip(".").lower())
    if format not in ("csv", "parquet"):
        raise ParameterError(f"{table.where}: format must be csv or parquet, got {format!r}")
    try:
        frame = _csv(table) if format == "csv" else pl.read_parquet(table.path)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise ParameterError(f"{table.where}: {table.path} is not {format}: {reason}") from error
    for ours, theirs in table.columns.items():
        if theirs not in frame.columns:
            raise ParameterError(_no_column(table, ours, theirs, frame.columns))
    return frame.select(pl.col(theirs).alias(ours) for ours, theirs in table.columns.items())


def _no_column(table: Table, ours: str, theirs: str, found: list[str]) -> str:
    close = nearest(theirs, found, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return (
        f"{table.where}: columns.{ours} names {theirs!r}, but {table.path} has "
        f"{', '.join(found[:12])}{hint}"
    )


def _csv(table: Table) -> pl.DataFrame:
    frame = pl.read_csv(
        io.BytesIO(_text(table).encode("utf-8")),
        separator=table.options.get("separator", ","),
        quote_char=table.options.get("quote", '"') or None,
        infer_schema=False,
    )
    return frame.with_columns(pl.all().replace("", None))


def _text(table: Table) -> str:
    encoding = table.options.get("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ParameterError(
            f"{table.where}: unknown encoding {encoding!r}; try utf-8, latin-1, gb18030"
        ) from error
    try:
        return table.path.read_bytes().decode(encoding).removeprefix("\N{BYTE ORDER MARK}")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise EncodingError(
            f"{table.path}: byte {error.start} (0x{byte:02x}) is not {encoding}; set the key "
            f'encoding of {table.where}, as in encoding = "latin-1" or "gb18030"'
        ) from error
