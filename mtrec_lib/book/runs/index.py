"""What is written about the book by the book: ``python -m mtrec_lib.book.runs.index``.

The index from a public name to the chapter that teaches it, and in README.md the minutes and the
memory of each chapter.
"""

import inspect
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from mtrec_lib.book.context import chapters_folder, expected
from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks, text
from mtrec_lib.core import repository, write_text
from mtrec_lib.core.errors import MtrecError

# core is left out: it is what the rooms are built on, and no chapter teaches it.
ROOMS = (
    "data",
    "features",
    "losses",
    "evaluation",
    "baselines",
    "layers",
    "pretrained",
    "models",
    "tasks",
    "training",
    "recommend",
)
_TAUGHT = re.compile(r"Taught in chapter (\d\d)\.")
_ROLE = re.compile(r":\w+:`(?:[\w.]*\.)?(\w+)`")
_MEASURED = re.compile(
    r"(?P<open><!-- (?P<what>minutes|memory):(?P<chapter>\d\d(?:_\d)?) -->)"
    r".*?(?P<close><!-- /(?P=what) -->)"
)
_STORED_AS = {"minutes": "minutes", "memory": "gigabytes"}
_HEAD = """# Index: which chapter teaches a name

`mt` is `import mtrec_lib as mt`. This page is written by `python -m mtrec_lib.book.runs.index`.

| name | chapter | what it is |
|---|---|---|
"""


@dataclass(frozen=True)
class Entry:
    """A public name, the first line of its docstring, and its chapter ("" if it names none)."""

    room: str
    name: str
    summary: str
    chapter: str

    @property
    def full(self) -> str:
        """The name as a reader writes it."""
        return f"mt.{self.room}.{self.name}" if self.room else f"mt.{self.name}"

    @property
    def line(self) -> str:
        """The summary as a cell of a Markdown table."""
        text = _ROLE.sub(r"`\1`", " ".join(self.summary.split()))
        return text.replace("``", "`").replace("|", "\\|")


def entries() -> list[Entry]:
    """Every public class and function of the rooms, by room and name."""
    listed = [
        _entry("", name, getattr(import_module("mtrec_lib"), name)) for name in ("load", "save")
    ]
    for room in (*ROOMS, "book"):
        module = import_module(f"mtrec_lib.{room}")
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isroutine(value):
                listed.append(_entry(room, name, value))
    return listed


def _entry(room: str, name: str, value: object) -> Entry:
    # A class's own docstring: one inherited from a base class teaches nothing about it.
    doc = inspect.cleandoc(getattr(value, "__doc__", None) or "")
    taught = _TAUGHT.fullmatch(doc.splitlines()[-1]) if doc else None
    return Entry(room, name, doc.split("\n\n")[0], taught[1] if taught else "")


def taught_in(entry: Entry, books: Sequence[Notebook]) -> str:
    """The notebook that teaches a name, such as ``04_3``: of its chapter's, the first that uses it.

    A docstring names a chapter; a question too big for one notebook has several. Using a name in
    code teaches it before speaking of it does. A chapter that is not written yet stays as named.
    """
    own = (book for book in books if book.chapter.partition("_")[0] == entry.chapter)
    parts = sorted(own, key=lambda book: book.chapter)  # by name, 04_2 would stand before 04
    for kinds in (("code",), ("code", "markdown")):
        for book in parts:
            cells = [text(cell) for cell in book.cells if cell["cell_type"] in kinds]
            if re.search(rf"\b{re.escape(entry.full)}\b", "\n".join(cells)):
                return book.chapter
    return entry.chapter


def page() -> str:
    """The index as Markdown."""
    books = all_notebooks(chapters_folder())
    rows = (f"| `{each.full}` | {taught_in(each, books)} | {each.line} |" for each in entries())
    return _HEAD + "\n".join(rows) + "\n"


def with_costs(readme: str) -> str:
    """README.md with the measured minutes and gigabytes of each chapter that was refreshed."""

    def filled(match: re.Match[str]) -> str:
        value = expected(match["chapter"]).get(_STORED_AS[match["what"]])
        return f"{match['open']}{'–' if value is None else f'{value:.1f}'}{match['close']}"

    return _MEASURED.sub(filled, readme)


def written() -> dict[Path, str]:
    """Each file that this module writes, with what it should say.

    Raises:
        MtrecError: mtrec is installed without its checkout.
    """
    root = repository()
    if root is None:
        raise MtrecError("the index is written into chapters/: run this in a checkout of mtrec")
    readme = root / "README.md"
    return {
        root / "chapters" / "index.md": page(),
        readme: with_costs(readme.read_text(encoding="utf-8")),
    }


def main(arguments: list[str]) -> int:
    """Write what is stale, or with ``--check`` only name it."""
    stale = 0
    for path, content in written().items():
        if path.is_file() and path.read_text(encoding="utf-8") == content:
            continue
        if "--check" in arguments:
            stale += 1
            print(f"{path.name} is stale: python -m mtrec_lib.book.runs.index")
        else:
            write_text(path, content)
            print(f"✓ {path.name}")
    return min(1, stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
