"""``mtrec data check``: everything that is odd about a reader's own log, in one report."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mtrec_lib.core.errors import MtrecError, ParameterError
from mtrec_lib.data.log import Log
from mtrec_lib.data.readers import bring_your_own as own
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.description import read_description
from mtrec_lib.data.readers.oddities.findings import Finding
from mtrec_lib.data.readers.oddities.odd_description import odd_description
from mtrec_lib.data.readers.oddities.odd_rows import odd_rows
from mtrec_lib.data.readers.oddities.odd_tables import odd_tables


@dataclass(frozen=True)
class Checked:
    """What :func:`check` has to say of a log.

    Args:
        path: the description.
        findings: the refused ones first, then odd ones, then notes.
        log: the log, as it is loaded; None where it is refused.
    """

    path: Path
    findings: tuple[Finding, ...]
    log: Log | None

    @property
    def refused(self) -> bool:
        """Whether the log cannot be loaded."""
        return self.log is None

    def __str__(self) -> str:
        head = f"{self.path}: refused" if self.log is None else repr(self.log)
        counts = [
            f"{sum(each.severity == severity for each in self.findings)} {severity}"
            for severity in ("refused", "odd", "note")
        ]
        lines = [str(each) for each in self.findings]
        return "\n".join([head, *lines, ", ".join(counts)])


def check(path: str | Path) -> Checked:
    """Everything that is odd about a reader's own log.

    Whatever :func:`mtrec_lib.data.load` refuses is listed, not the first of it alone, and whatever
    it counts in the report; besides, what is legal and looks like a mistake.

    Args:
        path: the description, a ``.toml`` file.
    """
    path = Path(path)
    if path.suffix != ".toml":
        refusal = ParameterError(f"{path}: check takes the .toml that describes a log")
        return Checked(path, (Finding.of_error(refusal, "description"),), None)
    try:
        about, name, description = read_description(path)
    except MtrecError as error:
        return Checked(path, (Finding.of_error(error, "description"),), None)
    problems = Problems(str(path), lenient=True)
    tables = problems.attempt("events", lambda: own.read_tables(description, about, problems), None)
    findings: list[Finding] = []
    log = None
    if tables is not None:
        findings += odd_tables(description, tables)
        usable = _usable(tables) if problems.found else tables
        log = problems.attempt(
            "log", lambda: own.finish(about, name, description, usable, problems), None
        )
    findings += odd_description(description, about, log)
    if log is not None:
        findings += [Finding.of_step(step) for step in (log.report.steps if log.report else ())]
        findings += odd_rows(log, splits=not problems.found)
    findings += [Finding.of_problem(line) for line in problems.found]
    refused = any(each.severity == "refused" for each in findings)
    return Checked(path, tuple(sorted(findings, key=Finding.rank)), None if refused else log)


def _usable(tables: own.Tables) -> own.Tables:
    """The rows whose ids are there, so that the rest of the report can be made."""
    events = tables.events.drop_nulls(["user_id", "item_id"])
    floats = [name for name, kind in events.schema.items() if kind.is_float()]
    events = events.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats
    )
    items, users = (
        None if frame is None else frame.drop_nulls(key).unique(key, keep="first")
        for key, frame in (("item_id", tables.items), ("user_id", tables.users))
    )
    return own.Tables(events, items, users)
