"""A toy of each kind that CONTRIBUTING.md has a recipe for: what is added where.

``TOYS`` maps the heading of a recipe to its places, as the recipe writes them; a place is a file
that is new, or an :class:`Edit` of one that is there. ``NAME`` and ``NN`` are filled in.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

NN, TITLE = "11", "11_toy"
NAMES = {
    "Add a data set": "toys",
    "Add a trunk": "toy_trunk",
    "Add a task": "toy_task",
    "Add a mixer": "toy_mixer",
    "Add a balancing method": "toy_weights",
    "Add a measurement": "toy",
}
PUBLIC = ("mt.models.ToyTrunk", "mt.tasks.ToyTask", "mt.models.ToyMixer", "mt.training.ToyWeights")


@dataclass(frozen=True)
class Edit:
    """A line put behind the first line that a pattern finds, or, with ``copied``, a changed copy.

    Args:
        behind: a pattern.
        line: what is put behind; for a copy, what its parts become: pairs of pattern and text.
    """

    behind: str
    line: str = ""
    copied: tuple[tuple[str, str], ...] = ()

    def applied(self, text: str) -> str:
        """The text with the edit."""
        found = re.search(rf"^.*{self.behind}.*\n", text, flags=re.MULTILINE)
        assert found, f"no line holds {self.behind}"
        line = self.line
        if self.copied:
            line = found[0]
            for pattern, other in self.copied:
                line = re.sub(pattern, other, line)
        return text[: found.end()] + line.rstrip("\n") + "\n" + text[found.end() :]


def public(module: str, name: str) -> tuple[Edit, ...]:
    """A name made public: its import, and its line in ``__all__``."""
    return (
        Edit(r"^from mtrec_lib\.\S+ import \w+$", f"from {module} import {name}"),
        Edit(r"^__all__ = \[", f'    "{name}",'),
    )


TRUNK = '''"""A trunk that mixes nothing."""

from typing import Any

import keras

from mtrec_lib.models.trunks.trunk import Trunk


@keras.saving.register_keras_serializable("mtrec")
class ToyTrunk(Trunk):
    """The state at a position is its event.

    Shapes: as :class:`Trunk`.

    Taught in chapter 11.
    """

    def build_mixing(self, state_shape: tuple[int | None, ...]) -> None:
        """Nothing to build."""

    def mix(self, vectors: Any, segment: Any, training: bool) -> Any:
        """The events as they are."""
        return vectors
'''
TASK = '''"""Was it shown first?"""

import keras

from mtrec_lib.tasks.binary import Binary


@keras.saving.register_keras_serializable("mtrec")
class ToyTask(Binary):
    """p(shown first | item, history). An auxiliary.

    >>> ToyTask().kind
    'auxiliary'

    Taught in chapter 11.
    """

    name = label = "first"
    given = ("item",)
    kind = "auxiliary"
'''
MIXER = '''"""One state for all, doubled."""

from typing import Any

import keras

from mtrec_lib.models.mixers.mixer import Mixer


@keras.saving.register_keras_serializable("mtrec")
class ToyMixer(Mixer):
    """Every task reads twice the state.

    Shapes: states ``(batch, length, width)`` and the number of tasks → that many of the same.

    Taught in chapter 11.
    """

    def build(self, input_shape: Any, tasks: int = 1) -> None:
        """Nothing to build."""

    def call(
        self, states: Any, tasks: int = 1, training: bool = False, segment: Any = None
    ) -> tuple[Any, ...]:
        """Twice the state, once a task."""
        return (2 * states,) * tasks
'''
WEIGHTS = '''"""Every task weighs two."""

from typing import Any

from keras import ops

from mtrec_lib.training.balancing.balancing import Balancing


class ToyWeights(Balancing):
    """λ = 2 for every task.

    Args:
        at: nothing; a word that its configuration keeps.

    >>> ToyWeights().get_config()
    {'at': 'representation'}

    Taught in chapter 11.
    """

    def __init__(self, at: str = "representation") -> None:
        super().__init__()
        self.at = at

    def weights(self, losses: Any, gram: Any = None) -> Any:
        """λ of each task."""
        return ops.full((len(self.tasks),), 2.0)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"at": self.at}
'''
READER = '''"""Three people and their toys, made up."""

import polars as pl

from mtrec_lib.data.about import About
from mtrec_lib.data.log import Log


def load() -> Log:
    """The log: each person takes four toys, a day apart."""
    people = [person for person in (1, 2, 3) for _ in range(4)]
    toys = [(person + step) % 5 for person in (1, 2, 3) for step in range(4)]
    days = [86_400_000_000 * step for _ in (1, 2, 3) for step in range(4)]
    events = pl.DataFrame({"user_id": people, "item_id": toys}).with_columns(
        timestamp=pl.Series(days).cast(pl.Datetime("us", "UTC")),
        behaviour=pl.lit("take"),
        row=pl.Series(range(12), dtype=pl.UInt32),
    )
    titles = [f"Toy {number}" for number in range(5)]
    items = pl.DataFrame({"item_id": range(5), "title": titles, "categories": [["Toy"]] * 5})
    users = pl.DataFrame({"user_id": [1, 2, 3]})
    about = About(title="Toys", licence="CC0", unit="toy")
    return Log("toys", events, items, users, about)
'''
CARD = f'''name = "toys"
title = "Toys, made up"
used_for = "a recipe"
package = "toys"
version = "1.0"
sha256 = "{"0" * 64}"
licence = "CC0"
acknowledgement = "none needed"

[[members]]
path = "toys/toys.csv"
sha256 = "{"1" * 64}"
size = 12
'''
READER_TEST = """import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


def test_toys_are_loaded_and_split():
    log = mt.data.load("toys")
    assert log.events.height == 12
    assert mt.data.split(log).test.height == 3


def test_toys_take_no_options():
    with pytest.raises(ParameterError, match="'toys' takes no options"):
        mt.data.load("toys", size=3)


def test_toys_are_named_where_names_are_listed():
    with pytest.raises(ParameterError, match="toys"):
        mt.data.load("toy")
"""
MEASUREMENT = '''"""How long is nothing?"""

from typing import Any

from benchmarks._study.rows import row


def run(args: Any) -> list[dict[str, Any]]:
    """One row."""
    return [row("toy/nothing", "seconds of nothing", 1.0, 2.0, "seconds", None, 1)]
'''
EXERCISES = '''"""Chapter 11, a toy: checks, solutions and typical wrong answers."""

from typing import Any

from mtrec_lib.book.exercises import exercise


def _check(id: str, right: int) -> None:
    @exercise(id)
    def _(answer: Any) -> str | None:
        return None if answer == right else "count once more"


for _number in (1, 2, 3):
    _check(f"11.{_number}", _number)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {f"11.{number}": number for number in (1, 2, 3)}


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead."""
    return {f"11.{number}": [number + 1, 0] for number in (1, 2, 3)}
'''


def notebook(promise: str) -> str:
    """A chapter that keeps the contract. ``promise`` is the line that gives the minutes."""
    cells: list[dict] = []

    def add(source: str, kind: str = "markdown", *tags: str) -> None:
        cell = {"cell_type": kind, "id": f"c{len(cells)}", "metadata": {}, "source": source}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None, "metadata": {"tags": list(tags)}}
        cells.append(cell)

    add("# What is a toy?")
    add(f"For whoever adds a chapter. {promise}")
    add("import mtrec_lib as mt", "code")
    add("There is one parameter.")
    add("seed: int = 0  # of all draws", "code", "parameters")
    add("It is checked, and everything is seeded.")
    add('run = mt.book.parameters("11", seed=seed)', "code")
    for section in range(1, 6):
        add(f"## {section}. A section")
        add(f"It speaks of {', '.join(f'`{name}`' for name in PUBLIC)}.")
        add('mt.book.check("one is one", 1, 1)', "code")
    add("## What we have shown")
    add("## Exercises")
    for number in (1, 2, 3):
        add("How many are there?")
        add(f'answer = ...\nmt.book.answer("11.{number}", answer)', "code")
    add("## Further reading")
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def toys(root: Path) -> dict[str, dict[str, str | tuple[Edit, ...]]]:
    """Recipe → place as the recipe writes it → what happens there."""
    second = json.loads(next((root / "chapters").glob("09_*.ipynb")).read_text(encoding="utf-8"))
    promise = re.search(r"\*\*Measured:\*\*.*", "".join(second["cells"][1]["source"]))
    assert promise is not None
    layers = "tests/contracts/test_layers.py"
    balancing = "mtrec_lib.training.balancing.losses.toy_weights"
    return {
        "Add a chapter": {
            "chapters/NN_name.ipynb": notebook(promise[0]),
            "chapters/profiles/smoke.toml": (Edit(r"^silence = \d+$", "\n[chapter.11]\nseed = 1"),),
            "chapters/exercises/NN.py": EXERCISES,
            "README.md": (Edit(r"^\| 10 \|", copied=(("10_shop", TITLE), (r"\b10\b", NN))),),
        },
        "Add a data set": {
            "data/cards/NAME.toml": CARD,
            "mtrec_lib/data/readers/NAME.py": READER,
            "mtrec_lib/data/load.py": (
                Edit(r"^READERS = ", '    "toys": ("mtrec_lib.data.readers.toys", "load"),'),
            ),
            "tests/data/readers/test_NAME.py": READER_TEST,
            "README.md": (Edit(r"^\| `simulator`", "| `toys` | three people, made up | CC0 |"),),
        },
        "Add a trunk": {
            "mtrec_lib/models/trunks/NAME.py": TRUNK,
            "mtrec_lib/models/__init__.py": public("mtrec_lib.models.trunks.toy_trunk", "ToyTrunk"),
            layers: (
                Edit(
                    r'^    "BERT"', '    "ToyTrunk": (lambda: mt.models.ToyTrunk(SPEC), (PAST,)),'
                ),
            ),
        },
        "Add a task": {
            "mtrec_lib/tasks/NAME.py": TASK,
            "mtrec_lib/tasks/__init__.py": public("mtrec_lib.tasks.toy_task", "ToyTask"),
        },
        "Add a mixer": {
            "mtrec_lib/models/mixers/NAME.py": MIXER,
            "mtrec_lib/models/__init__.py": public("mtrec_lib.models.mixers.toy_mixer", "ToyMixer"),
            layers: (
                Edit(
                    r'^    "MMoE"', '    "ToyMixer": (lambda: mt.models.ToyMixer(), (STATES, 2)),'
                ),
            ),
        },
        "Add a balancing method": {
            "mtrec_lib/training/balancing/losses/NAME.py": WEIGHTS,
            "mtrec_lib/training/__init__.py": public(balancing, "ToyWeights"),
        },
        "Add a measurement": {"benchmarks/NAME.py": MEASUREMENT},
    }
