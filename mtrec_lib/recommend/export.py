"""A ranked list as a file."""

import json
from pathlib import Path

import polars as pl

from mtrec_lib.core import atomic_path, write_text
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.recommend.recommendations import Recommendations

SUFFIXES = (".csv", ".json", ".parquet")
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = r"^([=+\-@\t\r])"


def export(recommendations: Recommendations, path: Path | str) -> Path:
    """Write a list as CSV, JSON or Parquet, by the ending of ``path``; whole or not at all.

    In CSV the categories are joined by ``|``, and a text that a spreadsheet would run as a formula
    (it starts with ``= + - @``, a tab or a carriage return) gets a leading ``'``. JSON and Parquet
    hold every text as it is.

    Args:
        recommendations: what :func:`top` returned.
        path: ends in ``.csv``, ``.json`` or ``.parquet``; an older file is replaced.

    Returns:
        The path.

    Raises:
        ParameterError: another ending.

    >>> import tempfile
    >>> frame = pl.DataFrame({"rank": [1], "item_id": [7], "title": ["=1+1"], "categories": [["a"]],
    ...                       "score": [0.5], "reason": ["history"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(Recommendations(frame, model="popularity"), Path(folder, "list.csv"))
    ...     print(path.read_text(encoding="utf-8").splitlines()[1])
    1,7,'=1+1,a,0.5,history

    Taught in chapter 09.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ParameterError(f"path must end in one of {', '.join(SUFFIXES)}, got {path.name!r}")
    frame = recommendations.frame
    if suffix == ".json":
        rows = json.dumps(frame.to_dicts(), indent=1, ensure_ascii=False, allow_nan=False)
        return write_text(path, rows + "\n")
    with atomic_path(path) as scratch:
        if suffix == ".parquet":
            frame.write_parquet(scratch)
        else:
            _harmless(frame).write_csv(scratch)
    return path


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists joined, and every text such that a spreadsheet shows it and does not run it."""
    joined = frame.with_columns(pl.col("categories").list.join("|"))
    return joined.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))
