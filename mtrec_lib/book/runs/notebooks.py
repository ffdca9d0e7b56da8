"""Notebooks as files: their names, their cells, the parameters they take. Nothing is executed."""

import ast
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mtrec_lib.book.context import chapters_folder
from mtrec_lib.book.parameter_table import TYPES, Value
from mtrec_lib.book.values import checked
from mtrec_lib.core.errors import ParameterError, RunError
from mtrec_lib.core.hashes import fingerprint
from mtrec_lib.core.suggest import nearest

_NAME = re.compile(r"(\d\d(?:_\d(?=_))?)_[a-z0-9_]+")


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``name: kind = value  # help``."""

    name: str
    kind: str
    value: Value
    help: str


@dataclass(frozen=True)
class Notebook:
    """One chapter on disk."""

    path: Path

    @property
    def name(self) -> str:
        """The file name without its ending, such as ``04_behaviour_lms``."""
        return self.path.stem

    @property
    def chapter(self) -> str:
        """Its number, such as ``04`` or ``04_1``; the name if it has none."""
        match = _NAME.fullmatch(self.name)
        return match.group(1) if match else self.name

    @cached_property
    def content(self) -> dict[str, Any]:
        """The notebook as plain JSON."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"cannot read the notebook {self.path}: {error}") from error

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells, in order."""
        return self.content["cells"]

    @property
    def code(self) -> list[dict[str, Any]]:
        """Its code cells, in order."""
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def source_sha(self) -> str:
        """Identity of the code cells: what the stored outputs were made by."""
        return source_sha(self.cells)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """What its parameters cell declares, by name.

        Raises:
            RunError: there is not exactly one cell tagged ``parameters``.
            ParameterError: a line of it is not of the form ``name: type = value``.
        """
        tagged = [cell for cell in self.code if "parameters" in tags(cell)]
        if len(tagged) != 1:
            raise RunError(
                f"{self.path.name} must have one cell tagged 'parameters', it has {len(tagged)}; "
                f"tag the cell that holds lines like: epochs: int = 3  # passes over the data"
            )
        return parse_parameters(text(tagged[0]), self.path.name)


def text(cell: dict[str, Any]) -> str:
    """The source of a cell as one text."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def tags(cell: dict[str, Any]) -> list[str]:
    """The tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def source_sha(cells: Iterable[dict[str, Any]]) -> str:
    """Identity of the code cells among ``cells``, without those that papermill injected."""
    code = (cell for cell in cells if cell["cell_type"] == "code")
    return fingerprint([text(cell) for cell in code if "injected-parameters" not in tags(cell)])


def parse_parameters(source: str, where: str) -> dict[str, Parameter]:
    """Read a parameters cell without running it.

    >>> parse_parameters("epochs: int = 3  # passes", "04")["epochs"].value
    3

    Raises:
        ParameterError: names the notebook and the line.
    """
    lines = source.splitlines()
    parameters = {}
    for node in ast.parse(source).body:
        parameter = _parameter(node, lines)
        if parameter is None:
            raise ParameterError(
                f"{where}: the parameters cell may only hold lines like 'epochs: int = 3', with "
                f"types {', '.join(TYPES)}; got {lines[node.lineno - 1]!r}"
            )
        checked(parameter.name, parameter.value, parameter.kind)
        parameters[parameter.name] = parameter
    return parameters


def _parameter(node: ast.stmt, lines: list[str]) -> Parameter | None:
    if not (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.annotation, ast.Name)
        and node.annotation.id in TYPES
        and node.value is not None
    ):
        return None
    try:
        value = ast.literal_eval(node.value)
    except ValueError:
        return None
    rest = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :]
    help = rest.decode().partition("#")[2].strip()
    return Parameter(node.target.id, node.annotation.id, value, help)


def all_notebooks(folder: Path | None = None) -> list[Notebook]:
    """Every chapter of a folder, in the order of the book."""
    folder = folder or chapters_folder()
    paths = (path for path in folder.glob("*.ipynb") if _NAME.fullmatch(path.stem))
    return [Notebook(path) for path in sorted(paths)]


def select(names: Sequence[str], folder: Path | None = None) -> list[Notebook]:
    """The chapters that ``names`` name, by number, name or path; all of them if there is none.

    A number such as ``04`` also names its parts ``04_1``, ``04_2``. A path must lead to one of the
    chapters: another notebook of the same name is never run in its place, nor it in the other's.

    Raises:
        RunError: no such chapter; names the nearest.
    """
    folder = folder or chapters_folder()
    books = all_notebooks(folder)
    if not books:
        raise RunError(f"no chapters in {folder}; set MTREC_CHAPTERS")
    chosen: dict[Path, Notebook] = {}
    for name in names or [book.name for book in books]:
        hits = _by_path(name, books, folder) or _by_name(name, books)
        chosen |= {book.path: book for book in hits}
    return [chosen[path] for path in sorted(chosen)]


def _by_path(name: str, books: Sequence[Notebook], folder: Path) -> list[Notebook]:
    """The chapter to which a path leads; none if ``name`` is no path."""
    path = Path(name).expanduser()
    if len(path.parts) < 2 and not (name.endswith(".ipynb") and path.is_file()):
        return []
    hits = [book for book in books if path.is_file() and book.path.samefile(path)]
    if not hits:
        what = "is no chapter of the book" if path.is_file() else "does not exist"
        raise RunError(
            f"{path} {what}: only chapters of {folder} are run; copy it there or set MTREC_CHAPTERS"
        )
    return hits


def _by_name(name: str, books: Sequence[Notebook]) -> list[Notebook]:
    wanted = name.removesuffix(".ipynb")
    hits = [book for book in books if _is(book, wanted)]
    if not hits:
        options = [book.name for book in books]
        near = nearest(wanted, options) or options
        raise RunError(f"no chapter {name!r}; did you mean {', '.join(near)}?")
    return hits


def _is(book: Notebook, wanted: str) -> bool:
    return book.name == wanted or book.chapter == wanted or book.chapter[:2] == wanted.zfill(2)
