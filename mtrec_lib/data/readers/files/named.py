"""Which columns of a file the description means: by name, or by number counted from 1."""

import re
from collections.abc import Sequence

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.readers.description import Table


def places(
    table: Table, names: Sequence[str], separator: str = "", header: bool = True
) -> dict[str, int]:
    """The place of each of our columns among ``names``, the columns of the file.

    A name fits exactly, or else but for spaces around it.

    Args:
        table: the description of the file.
        names: the columns of the file in its order.
        separator: what stands between the cells, if anything does.
        header: whether the names stand in the file; without them columns go by number.

    Raises:
        ParameterError: no such column, or several of one name.
    """
    return {ours: _place(table, ours, names, separator, header) for ours in table.columns}


def _place(table: Table, ours: str, names: Sequence[str], separator: str, header: bool) -> int:
    theirs = table.columns[ours]
    if isinstance(theirs, int):
        if theirs > len(names):
            raise ParameterError(
                f"{table.where}: columns.{ours} names column {theirs}, but {table.path} has "
                f"{len(names)}: {_listed(names)}"
            )
        return theirs - 1
    if not header:
        raise ParameterError(
            f"{table.where}: columns.{ours} names {theirs!r}, but header = false says that "
            f"{table.path} has no names; write the number of the column, from 1 to {len(names)}, "
            "or set header to the list of its names"
        )
    fits = [n for n, name in enumerate(names) if name == theirs]
    fits = fits or [n for n, name in enumerate(names) if name.strip() == theirs.strip()]
    if len(fits) > 1:
        numbers = " and ".join(str(n + 1) for n in fits)
        raise ParameterError(
            f"{table.where}: columns.{ours} names {theirs!r}, but {table.path} has {len(fits)} "
            f"columns of that name, numbers {numbers}; rename all but one of them in the file, "
            f"or write the number of the one you mean, as in {ours} = {fits[0] + 1}"
        )
    if not fits:
        raise ParameterError(_missing(table, ours, theirs, names, separator))
    return fits[0]


def _missing(table: Table, ours: str, theirs: str, names: Sequence[str], separator: str) -> str:
    text = f"{table.where}: columns.{ours} names {theirs!r}, but {table.path} has {_listed(names)}"
    return text + (_written_otherwise(names, table, separator) or _near(theirs, names))


def _near(theirs: str, names: Sequence[str]) -> str:
    close = nearest(theirs, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _written_otherwise(names: Sequence[str], table: Table, separator: str) -> str:
    """The cure where the first line does not look like a header in this separator."""
    if re.fullmatch("(?i)sep=.?", names[0]):
        return "; delete the first line, a note for Excel"
    if len(names) == 1 and len(table.columns) > 1:
        signs = [sign for sign in ("::", "\t", ";", "|", ",") if sign in names[0]]
        if signs:
            written = signs[0].replace("\t", "\\t")
            return (
                f', one column; if {written} stands between the cells, set separator = "{written}"'
            )
        if separator:
            return (
                f", one column, since {separator!r} does not stand in its first line; set "
                "separator to the characters between the cells (no pattern)"
            )
    if names and all(re.fullmatch(r"-?[\d.,:TZ -]*\d[\d.,:TZ -]*", name) for name in names):
        return (
            "; this looks like data: if the file has no header, set header = false and write the "
            "numbers of its columns, as in user_id = 1"
        )
    return ""


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more
