"""Each recipe of CONTRIBUTING.md, followed on a toy in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.contracts.toys import NAMES, NN, TITLE, toys
from tests.contracts.tree import ROOT, present, read

RECIPES = {
    part.splitlines()[0]: part
    for part in re.split(r"^## ", read("CONTRIBUTING.md"), flags=re.MULTILINE)
    if part.startswith("Add ")
}
TOYS = toys(ROOT)
PLACE = re.compile(r"`([\w./]+/[\w./]*\.\w+|README\.md)`")
COPIED = ("mtrec_lib", "chapters", "data", "benchmarks", "tests", "README.md", "pyproject.toml")
# What must pass on the toy of each recipe: words of the names of tests.
HELD = {
    "Add a chapter": ("16_stored_form", "14_exercises", "left_over", "three_to_five", "11.3"),
    "Add a data set": ("toys_are_loaded", "toys_take", "toys_are_named", "pins_the_wheel"),
    "Add a trunk": ("every_registered_class", "ToyTrunk", "config_round_trip", "up_to_date"),
    "Add a task": ("every_registered_class", "ToyTask", "up_to_date"),
    "Add a mixer": ("every_registered_class", "ToyMixer", "compiled_equals", "up_to_date"),
    "Add a balancing method": ("ToyWeights", "compiled_equals_plain", "up_to_date"),
    "Add a measurement": ("can_be_run", "no_two_parts"),
}
TESTS = [
    *("tests/contracts/test_layers.py", "tests/contracts/test_names.py"),
    *("tests/contracts/test_notebooks.py", "tests/contracts/test_exercises.py"),
    *("tests/training/balancing/test_protocol.py", "tests/benchmarks/study/test_routes.py"),
    *("tests/data/test_sources.py", "tests/data/readers/test_toys.py"),
]
CHOSEN = "toy or Toy or every_registered or up_to_date or left_over or no_two_parts or [11"


def filled(recipe: str, place: str) -> str:
    """A place of a recipe with the toy's own name."""
    place = place.replace("NN_name", TITLE).replace("NN", NN)
    return place.replace("NAME", NAMES.get(recipe, ""))


def test_there_is_a_toy_for_every_recipe():
    assert set(TOYS) == set(HELD) == set(RECIPES)


@pytest.mark.parametrize("recipe", TOYS)
def test_a_recipe_names_every_place_that_its_toy_touches(recipe):
    assert set(TOYS[recipe]) <= set(PLACE.findall(RECIPES[recipe]))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_place_that_a_recipe_names_is_there(recipe):
    named = PLACE.findall(RECIPES[recipe])
    assert named
    fixed = [place for place in named if not re.search(r"NAME|NN|ROOM", place)]
    folders = [str(Path(place).parent) for place in named if "ROOM" not in place]
    assert not [place for place in (*fixed, *folders) if not (ROOT / place).exists()]


@pytest.mark.parametrize("recipe", TOYS)
def test_a_thing_is_registered_in_one_place(recipe):
    """Beside its own files, its tests and the pages about it, a toy edits one file at most."""
    pages = ("README.md", "chapters/", "tests/")
    edits = [p for p, change in TOYS[recipe].items() if not isinstance(change, str)]
    assert len([place for place in edits if not place.startswith(pages)]) <= 1


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with every toy in it, and its index written anew."""
    root = tmp_path_factory.mktemp("tree")
    for path in present():
        if path.parts[0] in COPIED:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, root / path)
    for recipe, places in TOYS.items():
        for place, change in places.items():
            path = root / filled(recipe, place)
            if isinstance(change, str):
                assert not path.exists()
                path.write_text(change, encoding="utf-8")
                continue
            text = path.read_text(encoding="utf-8")
            for edit in change:
                text = edit.applied(text)
            path.write_text(text, encoding="utf-8")
    python(root, "-m", "mtrec_lib.book.runs.refresh", NN)
    python(root, "-m", "mtrec_lib.book.runs.index")
    return root


def python(root: Path, *words: str) -> str:
    """Run Python in the copy; what it prints."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def passed(tree):
    """The tests that passed on the toys, by full name; all of those that ran must have."""
    told = tree / "passed.xml"
    options = ["-q", "-k", CHOSEN, f"--junit-xml={told}", "-p", "no:cacheprovider"]
    python(tree, "-m", "pytest", *options, *TESTS)
    return [case.get("name", "") for case in ElementTree.parse(told).iter("testcase")]


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_the_contracts_hold_what_was_added(passed, recipe):
    for words in HELD[recipe]:
        assert any(words in name for name in passed), f"{recipe}: no test {words!r} ran"


@pytest.mark.slow
def test_a_measurement_that_was_added_is_measured_by_its_id(tree):
    assert "toy/nothing: 0.500" in python(tree, "-m", "benchmarks", "toy/nothing")
    assert (tree / "benchmarks" / "results" / "toy.json").is_file()


@pytest.mark.slow
def test_names_that_were_added_stand_in_the_index_with_their_chapter(tree):
    index = (tree / "chapters" / "index.md").read_text(encoding="utf-8")
    for name in ("models.ToyTrunk", "models.ToyMixer", "tasks.ToyTask", "training.ToyWeights"):
        assert f"| `mt.{name}` | 11 |" in index
