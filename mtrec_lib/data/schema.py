"""The one schema of all logs, checked with every problem listed at once (fault 34)."""

from collections.abc import Callable

import pandera.polars as pa
import polars as pl

from mtrec_lib.core.errors import SchemaError
from mtrec_lib.data.about import About
from mtrec_lib.data.cleaning import EXAMPLES, counted
from mtrec_lib.data.log import Log

_ID = (pl.Int64(), pl.String())
_TIME = (pl.Datetime("us", "UTC"),)
_FLAG = (pl.Boolean(), pl.Int8())
_NUMBER = (pl.Float64(),)
_CURE = "correct the file, or the reader that made this table"


def validate(log: Log) -> Log:
    """The log itself, if its tables obey the schema of :class:`Log`.

    Raises:
        SchemaError: lists every problem of every table: table, column, rule, how many rows break
            it, the first three of them.

    >>> import mtrec_lib as mt
    >>> log = mt.data.load("simulator", users=20, events=200)
    >>> mt.data.validate(log) is log
    True

    Taught in chapter 01.
    """
    problems = [f"events.{text}" for text in events_problems(log.events, log.about)]
    problems += [f"items.{text}" for text in problems_of(log.items, items_schema(log.items))]
    problems += [f"users.{text}" for text in problems_of(log.users, users_schema(log.users))]
    _refuse(log.name, problems)
    return log


def _refuse(name: str, problems: list[str]) -> None:
    if problems:
        listed = "\n".join(f"  {text}" for text in problems)
        raise SchemaError(f"{name}: {counted(len(problems), 'problem')}; {_CURE}\n{listed}")


def events_problems(events: pl.DataFrame, about: About) -> list[str]:
    """Every problem of a log's events in words: column, rule, how many rows, the first of them."""
    return problems_of(events, events_schema(events, about))


def events_schema(events: pl.DataFrame, about: About) -> pa.DataFrameSchema:
    """The pandera schema of a log's events; its rating scale comes from ``about``."""
    grades = [_among(about.grades)] if about.grades else []
    columns = {
        "user_id": _column(events, "user_id", _ID, required=True),
        "item_id": _column(events, "item_id", _ID, required=True),
        "timestamp": _column(events, "timestamp", _TIME, required=True, nullable=True),
        "behaviour": _column(events, "behaviour", (pl.String(),), required=True),
        "row": _column(events, "row", (pl.UInt32(),), [_distinct()], required=True),
        "rating": _column(events, "rating", _NUMBER, [_finite(), *grades], nullable=True),
        "price": _column(events, "price", _NUMBER, [_finite(), _least(0)], nullable=True),
        "quantity": _column(events, "quantity", _NUMBER, [_finite(), _least(0)], nullable=True),
        "session_id": _column(events, "session_id", (pl.Int64(),), nullable=True),
    }
    for name in ("like", "click", "buy"):
        columns[name] = _column(events, name, _FLAG, [_zero_or_one()], nullable=True)
    for name, dtype in events.schema.items():
        if name not in columns and dtype.is_float():
            columns[name] = _column(events, name, (dtype,), [_finite()], nullable=True)
    return pa.DataFrameSchema(columns)


def items_schema(items: pl.DataFrame) -> pa.DataFrameSchema:
    """The pandera schema of items."""
    return pa.DataFrameSchema(
        {
            "item_id": _column(items, "item_id", _ID, [_distinct(), _ascending()], required=True),
            "title": _column(items, "title", (pl.String(),), required=True),
            "categories": _column(items, "categories", (pl.List(pl.String()),), required=True),
            "year": _column(items, "year", (pl.Int32(),), nullable=True),
            "price": _column(items, "price", _NUMBER, [_finite(), _least(0)], nullable=True),
        }
    )


def users_schema(users: pl.DataFrame) -> pa.DataFrameSchema:
    """The pandera schema of users."""
    return pa.DataFrameSchema(
        {"user_id": _column(users, "user_id", _ID, [_distinct()], required=True)}
    )


def problems_of(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> list[str]:
    """Every problem in words: column, rule, how many rows, the first three of them."""
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return _in_words(frame, errors.failure_cases)
    return []


def _in_words(frame: pl.DataFrame, cases: pl.DataFrame) -> list[str]:
    problems = []
    for (column, check), failures in cases.group_by("column", "check", maintain_order=True):
        places = failures["index"].drop_nulls().to_list()
        if check == "column_in_dataframe":
            problems += [f"{name}: missing column" for name in failures["failure_case"]]
        elif not places:
            problems.append(f"{column}: {_rule(check)}, got {failures['failure_case'][0]}")
        else:
            problems.append(f"{column}: {_rule(check)}, broken in {_rows(frame, column, places)}")
    return problems


def _rule(check: object) -> str:
    text = str(check)
    if text == "not_nullable":
        return "must not be empty"
    return text.replace("dtype(", "must have type ").removesuffix(")").replace("'", "")


def _rows(frame: pl.DataFrame, column: object, places: list[int]) -> str:
    first = frame[sorted(places)[:EXAMPLES]]
    numbers = first["row"].to_list() if "row" in frame.columns else sorted(places)[:EXAMPLES]
    values = first[str(column)].to_list()
    examples = ", ".join(f"row {n}: {value!r}" for n, value in zip(numbers, values, strict=True))
    return f"{counted(len(places), 'row')} ({examples})"


def _column(
    frame: pl.DataFrame,
    name: str,
    dtypes: tuple[pl.DataType, ...],
    checks: list[pa.Check] | None = None,
    required: bool = False,
    nullable: bool = False,
) -> pa.Column:
    """One column that may have any of ``dtypes``; values are checked only where the type fits."""
    actual = frame.schema.get(name)
    fits = actual in dtypes
    dtype = actual if fits else dtypes[0]
    return pa.Column(dtype, checks if fits else [], nullable=nullable, required=required)


def _check(rule: str, expression: Callable[[pl.Expr], pl.Expr]) -> pa.Check:
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(expression(pl.col(data.key)))

    return pa.Check(holds, name=rule, error=rule)


def _finite() -> pa.Check:
    return _check("must be finite", lambda column: column.is_finite())


def _least(bound: float) -> pa.Check:
    return _check(f"must be ≥ {bound}", lambda column: column >= bound)


def _among(grades: tuple[float, ...]) -> pa.Check:
    rule = f"must be one of the grades {', '.join(f'{grade:g}' for grade in grades)}"
    # NaN breaks the rule "must be finite" already; one fault is named once.
    return _check(rule, lambda column: column.is_in(list(grades)) | column.is_nan())


def _zero_or_one() -> pa.Check:
    return _check("must be 0 or 1", lambda column: column.cast(pl.Int8).is_between(0, 1))


def _distinct() -> pa.Check:
    return _check("must not occur twice", lambda column: column.is_unique())


def _ascending() -> pa.Check:
    rule = "must ascend: the order of the rows is the catalogue's"
    return _check(rule, lambda column: (column.shift(1) < column).fill_null(True))
