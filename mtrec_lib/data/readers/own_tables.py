"""Reading a reader's file: text stays text, bytes are never guessed."""

import io
from dataclasses import dataclass

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Problems, Rows
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.readers.files.json_lines import read_json_lines
from mtrec_lib.data.readers.files.named import places
from mtrec_lib.data.readers.files.separated import read_separated
from mtrec_lib.data.readers.files.unpacked import contents, ending, refuse_other_kinds

_FORMATS = ("csv", "tsv", "parquet", "jsonl")
_ENDINGS = {
    **dict.fromkeys(("csv", "txt", "dat", "data"), "csv"),
    **dict.fromkeys(("tsv", "tab"), "tsv"),
    **dict.fromkeys(("parquet", "pq"), "parquet"),
    **dict.fromkeys(("jsonl", "ndjson", "json"), "jsonl"),
}


@dataclass(frozen=True)
class Tables:
    """The tables of a reader's files under our names, before anything is joined or left out."""

    events: pl.DataFrame
    items: pl.DataFrame | None
    users: pl.DataFrame | None
    titles: pl.Series | None = None
    """The titles as they stand in the file of the items."""


def read_table(table: Table, problems: Problems) -> pl.DataFrame:
    """The named columns of a file under our names, in the order of the description.

    Cells of a text file come as text, the empty cell and the declared words for it as null;
    "None" and "NA" stay text where nobody declares them (fault 27). ``problems`` learns which
    file is read and where its rows stand.

    Raises:
        ParameterError: an unknown format, a column that the file has not, a file that is not
            what its format says.
        EncodingError: a byte that the encoding does not allow; says which (fault 26).
    """
    format = _format(table)
    try:
        frame, rows = _READERS[format](table)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise ParameterError(
            f"{table.where}: {table.path} is not {format}: {reason}; export it again"
        ) from error
    problems.enter(table, rows)
    if frame.is_empty():
        raise ParameterError(
            f"{table.where}: {table.path.name} has no rows, only a header; export it again"
        )
    frame = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    _refuse_types(frame, problems)
    return _without_missing(frame, table.options.get("missing", []))


def _format(table: Table) -> str:
    format = table.options.get("format")
    if format is None:
        format = _ENDINGS.get(ending(table.path))
        if format is None:
            refuse_other_kinds(contents(table.path, table.where), table.path, table.where)
            raise ParameterError(
                f"{table.where}: the name of {table.path} does not say what it is; set format to "
                f"one of {', '.join(_FORMATS)}"
            )
    if format not in _FORMATS:
        cure = "; save the sheet as CSV in UTF-8" if format in ("xls", "xlsx", "ods") else ""
        raise ParameterError(
            f"{table.where}: format must be one of {', '.join(_FORMATS)}, got {format!r}{cure}"
        )
    return str(format)


def _parquet(table: Table) -> tuple[pl.DataFrame, Rows]:
    data = contents(table.path, table.where)
    if not data.startswith(b"PAR1"):
        begin = data[:40].decode("ascii", "replace")
        raise ParameterError(
            f"{table.where}: {table.path} is not parquet: it begins with {begin!r}; set format to "
            "what it is, csv, tsv or jsonl"
        )
    names = list(pl.read_parquet_schema(io.BytesIO(data)))
    columns = places(table, names)
    frame = pl.read_parquet(io.BytesIO(data), columns=sorted(set(columns.values())))
    chosen = {ours: names[place] for ours, place in columns.items()}
    return frame.select(pl.col(theirs).alias(ours) for ours, theirs in chosen.items()), Rows("row")


def _tabbed(table: Table) -> tuple[pl.DataFrame, Rows]:
    return read_separated(table, separator="\t")


_READERS = {
    "csv": read_separated,
    "tsv": _tabbed,
    "parquet": _parquet,
    "jsonl": read_json_lines,
}


def _refuse_types(frame: pl.DataFrame, problems: Problems) -> None:
    """Refuse columns of types that no reader of times or visits takes."""
    known = len(problems.found)
    for name, cure in (
        ("timestamp", "times must be dates with a clock time, numbers or text"),
        ("session_id", "visits must be whole numbers or text"),
    ):
        dtype = frame.schema.get(name)
        wrong = dtype is not None and (dtype.is_nested() or dtype in _NEITHER)
        if wrong or (name == "session_id" and dtype is not None and dtype.is_temporal()):
            problems.wrong_type(frame[name], f"{cure}; write them so in the export")
    if len(problems.found) > known:
        problems.refuse()


_NEITHER = (pl.Binary, pl.Boolean, pl.Time, pl.Duration, pl.Object)


def _without_missing(frame: pl.DataFrame, words: list[str]) -> pl.DataFrame:
    """Cells that hold a declared word for "missing" become null; NaN does for any "nan"."""
    if not words:
        return frame
    texts = pl.col(pl.String)
    frame = frame.with_columns(pl.when(~texts.str.strip_chars().is_in(words)).then(texts))
    if any(word.lower() == "nan" for word in words):
        frame = frame.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
    return frame
