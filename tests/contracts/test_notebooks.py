"""Every chapter keeps the notebook contract, and every rule of it finds what breaks it."""

import json

import pytest

from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks
from tests.contracts.notebook_rules import KERNELSPEC, RULES
from tests.contracts.tree import ROOT

CHAPTERS = [book.path for book in all_notebooks(ROOT / "chapters")]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_keeps_the_contract(path, rule):
    assert RULES[rule](Notebook(path)) == []


def _text(source: str) -> dict:
    return {"cell_type": "markdown", "id": "a", "metadata": {}, "source": source}


def _code(source: str, out: str = "", **metadata) -> dict:
    outputs = [{"output_type": "stream", "name": "stdout", "text": out}] if out else []
    return {"cell_type": "code", "id": "b", "metadata": metadata, "source": source} | {
        "outputs": outputs,
        "execution_count": None,
    }


HEAD = [
    _text("# Which model is best?"),
    _text("For whom. **Measured:** 0.5 minutes"),
    _code("import mtrec_lib as mt"),
    _text("Change them."),
    _code("epochs: int = 3  # passes", tags=["parameters"]),
    _text("They are checked."),
    _code('run = mt.book.parameters("98", epochs=epochs)', "✓ parameters: epochs=3"),
    _text("## 1. Counting"),
]
TAIL = [_text("## What we have shown"), _text("## Exercises"), _text("## Further reading")]


@pytest.fixture
def chapter(tmp_path):
    """A function that writes a chapter with some cells between a good head and a good tail."""

    def write(*cells: dict, head: list = HEAD, tail: list = TAIL) -> Notebook:
        path = tmp_path / "98_best.ipynb"
        content = {"cells": [*head, *cells, *tail], "nbformat": 4, "nbformat_minor": 5}
        content["metadata"] = {"kernelspec": KERNELSPEC}
        path.write_text(json.dumps(content), encoding="utf-8")
        return Notebook(path)

    return write


SMALL = [rule for rule in RULES if not rule.startswith(("14", "16"))]


@pytest.mark.parametrize("rule", SMALL)
def test_a_good_chapter_breaks_no_rule(chapter, rule):
    good = [_text("It says 0.10 or 10 %; `0.3` is code, $0.4$ maths."), _code("x", "x ≈ 0.1034")]
    assert RULES[rule](chapter(*good)) == []


BAD = {
    "01_one_question": _text("# Another title"),
    "02_skeleton": _text("## A section without a number"),
    "03_imports": _code("from math import *", "x"),
    "05_short_cells": _code("\n".join(["1 + 1"] * 41), "2"),
    "07_text": _text("word " * 161),
    "08_visible": _code("x = 1"),
    "09_numbers": _text("The model reaches 0.734."),
    "12_outputs": _code("x", "<object at 0x7f1234567890>"),
    "13_nothing_forbidden": _code("!pip install something", "done"),
}


@pytest.mark.parametrize("rule", BAD)
def test_a_rule_finds_what_breaks_it(chapter, rule):
    assert RULES[rule](chapter(BAD[rule])) != []


@pytest.mark.parametrize("source", ["import sys\nsys.exit()", "input('?')", "%pip install x"])
def test_12_exit_input_and_installation_are_forbidden(chapter, source):
    assert RULES["13_nothing_forbidden"](chapter(_code(source)))


def test_a_figure_needs_alt_text_and_a_small_png(chapter):
    cell = _code("ax")
    cell["outputs"] = [{"output_type": "display_data", "data": {"image/png": "A" * 90_000}}]
    assert len(RULES["11_figures"](chapter(cell))) == 2


def test_parameters_that_are_not_handed_over_are_found(chapter):
    call = _code('run = mt.book.parameters("98", seed=0)', "✓")
    assert RULES["04_parameters"](chapter(head=[*HEAD[:6], call, HEAD[7]]))


def test_14_15_a_stale_or_stripped_chapter_is_found(chapter):
    found = RULES["16_stored_form"](chapter())
    assert {"stale: make refresh", "execution counts", "metadata"} <= set(found)
