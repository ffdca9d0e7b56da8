"""Every public name says which chapter teaches it, and that chapter speaks of it; and back."""

import json
import re
from importlib import import_module

import pytest

from mtrec_lib.book.runs import index
from tests.contracts.tree import ROOT

ENTRIES = {entry.full: entry for entry in index.entries()}
PLANNED = {f"{number:02d}" for number in range(17)}
NOTEBOOKS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
USE = re.compile(r"\bmt\.(\w+)\.(\w+)")


def _source(chapter: str, *kinds: str) -> str:
    """What stands in the cells of these kinds of a chapter, its parts 04_1, 04_2 included."""
    cells = [
        cell
        for path in NOTEBOOKS
        if path.name.startswith(chapter)
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] in kinds)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_docstring_ends_with_a_chapter_of_the_book(name: str) -> None:
    assert ENTRIES[name].chapter in PLANNED, f"{name}: last line 'Taught in chapter NN.'"


@pytest.mark.parametrize("name", ENTRIES)
def test_the_chapter_that_is_named_speaks_of_the_name(name: str) -> None:
    text = _source(ENTRIES[name].chapter, "code", "markdown")
    written = bool(text)  # later chapters are planned, and may be named already
    assert not written or re.search(rf"\b{ENTRIES[name].name}\b", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_uses_only_public_names(path) -> None:
    used = set(USE.findall(_source(path.name[:2], "code")))
    rooms = {*index.ROOMS, "book"}
    hidden = {
        f"mt.{room}.{name}"
        for room, name in used
        if room in rooms and name not in import_module(f"mtrec_lib.{room}").__all__
    }
    assert not hidden


@pytest.mark.parametrize("path", index.written(), ids=lambda path: path.name)
def test_what_the_book_writes_about_itself_is_up_to_date(path) -> None:
    cure = "python -m mtrec_lib.book.runs.index"
    assert path.read_text(encoding="utf-8") == index.written()[path], cure
