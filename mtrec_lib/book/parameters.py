"""The one checker that every chapter hands its parameters to."""

import re

from mtrec_lib.book.context import Run, expected, start
from mtrec_lib.book.parameter_table import Value
from mtrec_lib.book.seeding import seed_everything
from mtrec_lib.book.values import checked
from mtrec_lib.core.errors import ParameterError


def parameters(chapter: str, **values: object) -> Run:
    """Check names, types and ranges of a chapter's parameters, seed everything, begin the run.

    Args:
        chapter: the number of the notebook, such as ``"04"`` or ``"04_1"``.
        values: the parameters by name; only names of ``mtrec_lib/book/parameter_table.py``.

    Returns:
        The run: ``.parameters``, ``.defaults`` (all values are the stored ones), ``.profile``,
        ``.folder`` (a scratch folder under the runner, else None).

    Raises:
        ParameterError: an unknown name, a wrong type or a value out of range.

    >>> run = parameters("99", epochs=3, seed=0)
    ✓ parameters: epochs=3, seed=0

    Taught in chapter 00.
    """
    if not re.fullmatch(r"\d\d(_\d)?", str(chapter)):
        raise ParameterError(f"chapter must be a number such as '04' or '04_1', got {chapter!r}")
    plain = {name: checked(name, value) for name, value in values.items()}
    _check_together(plain)
    seed_everything(int(plain.get("seed", 0)))
    run = start(chapter, plain)
    print(_line(run))
    return run


def _check_together(values: dict[str, Value]) -> None:
    width, heads = values.get("width"), values.get("heads")
    if width and heads and int(width) % int(heads):
        raise ParameterError(f"heads must divide width, got heads={heads} and width={width}")


def _line(run: Run) -> str:
    listed = ", ".join(f"{name}={value!r}" for name, value in run.parameters.items())
    if run.defaults:
        return f"✓ parameters: {listed}"
    stored = expected(run.chapter).get("parameters", {})
    changed = [name for name, value in run.parameters.items() if stored.get(name, value) != value]
    note = f" (changed: {', '.join(changed)})" if changed else ""
    return f"✓ parameters: {listed}{note}"
