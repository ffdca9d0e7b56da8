"""JSON lines: an object a line, its values read as text so that no digit is lost."""

import json
import math
from typing import Any, NoReturn

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Rows
from mtrec_lib.data.readers.description import Table
from mtrec_lib.data.readers.files.decoded import utf8
from mtrec_lib.data.readers.files.named import places


def read_json_lines(table: Table) -> tuple[pl.DataFrame, Rows]:
    """The named keys under our names; lists and objects stay JSON, for :func:`categories`.

    Raises:
        ParameterError: a line that is no JSON object, a key that no line has.
        EncodingError: see :func:`utf8`.
    """
    data = utf8(table)
    _refuse_array(data, table)
    names = _names(data, table)
    columns = {ours: names[place] for ours, place in places(table, names).items()}
    try:
        frame = pl.read_ndjson(data, schema=dict.fromkeys(columns.values(), pl.String))
    except pl.exceptions.PolarsError as error:
        raise ParameterError(_broken(data, table, error)) from error
    frame = frame.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    return frame, Rows("line", _lines(data, frame.height), json=True)


def _refuse_array(data: bytes, table: Table) -> None:
    if data.lstrip().startswith(b"["):
        raise ParameterError(
            f"{table.where}: {table.path} is one JSON array; write JSON lines, an object a line, "
            "as pandas does with to_json(orient='records', lines=True)"
        )


def _lines(data: bytes, height: int) -> np.ndarray:
    """The numbers of the lines that are not blank."""
    ends = np.append(np.flatnonzero(np.frombuffer(data, np.uint8) == 10), len(data))
    lines = np.flatnonzero(np.diff(ends, prepend=-1) > 1) + 1
    if len(lines) != height:  # some lines hold spaces alone
        split = data.split(b"\n")
        lines = np.array([n for n, line in enumerate(split, start=1) if line.strip()])
    return lines


def _names(data: bytes, table: Table) -> list[str]:
    """The keys of the first thousand lines, and further ones that the description names."""
    names: dict[str, None] = {}
    for number, line in enumerate(data.split(b"\n", 1000)[:1000], start=1):
        if line.strip():
            names |= dict.fromkeys(_keys(line, number, table))
    further = [name for name in table.columns.values() if isinstance(name, str)]
    later = [name for name in further if json.dumps(name, ensure_ascii=False).encode() in data]
    return [*names, *(name for name in later if name not in names)]


def _keys(line: bytes, number: int, table: Table) -> list[str]:
    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice in table.columns.values():
            raise ParameterError(
                f"{table.where}: {table.path}, line {number} has the key {twice!r} twice; "
                "rename one of them"
            )
        return dict(pairs)

    try:
        value = json.loads(line, object_pairs_hook=distinct, parse_constant=_no_number)
    except (json.JSONDecodeError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(_not_json(table, number, line, error)) from error
    if not isinstance(value, dict):
        raise ParameterError(_not_json(table, number, line, "not an object"))
    return list(value)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON; write null for a missing one")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _broken(data: bytes, table: Table, error: Exception) -> str:
    """The first line that is no object; looked for only where reading has failed."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                value = json.loads(line, parse_constant=_no_number, parse_float=_finite)
            except ValueError as fault:
                return _not_json(table, number, line, fault)
            if not isinstance(value, dict):
                return _not_json(table, number, line, "not an object")
    return f"{table.where}: {table.path} is not JSON lines: {str(error).splitlines()[0]}"


def _not_json(table: Table, number: int, line: bytes, reason: object) -> str:
    text = line[:120].decode("utf-8", "replace")
    return (
        f"{table.where}: {table.path}, line {number} is no JSON object ({reason}): {text!r}; "
        "write one object a line"
    )
