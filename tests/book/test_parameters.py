"""The checker that every chapter calls (fault 44: what it seeds)."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

from mtrec_lib.book import context, parameters
from mtrec_lib.core import write_json
from mtrec_lib.core.errors import ParameterError


def _stored(chapters, **values):
    write_json(chapters / "expected" / "04.json", {"parameters": values})


def test_without_stored_numbers_every_value_is_a_default(chapters):
    assert parameters("04", epochs=1, seed=5).defaults


def test_the_stored_values_are_the_defaults(chapters, capsys):
    _stored(chapters, epochs=3, seed=0)
    assert parameters("04", epochs=3, seed=0).defaults
    assert capsys.readouterr().out == "✓ parameters: epochs=3, seed=0\n"


def test_other_values_are_not_and_are_named(chapters, capsys):
    _stored(chapters, epochs=3, seed=0)
    assert not parameters("04", epochs=1, seed=0).defaults
    assert "(changed: epochs)" in capsys.readouterr().out


def test_the_runner_says_the_profile_the_folder_and_what_changed(chapters, tmp_path, monkeypatch):
    run_file = {"profile": "smoke", "folder": str(tmp_path), "changed": ["epochs"]}
    write_json(tmp_path / "run.json", run_file)
    monkeypatch.setenv(context.VARIABLE, str(tmp_path / "run.json"))
    run = parameters("04", epochs=1)
    assert (run.profile, run.folder, run.defaults) == ("smoke", tmp_path, False)
    record = json.loads((tmp_path / context.RECORD).read_text(encoding="utf-8"))
    assert record["parameters"] == {"epochs": 1}


@pytest.mark.parametrize("values", [{"epocs": 3}, {"epochs": -1}, {"width": 64, "heads": 3}])
def test_wrong_parameters_are_refused(chapters, values):
    with pytest.raises(ParameterError):
        parameters("04", **values)


@pytest.mark.parametrize("chapter", ["4", "four", ""])
def test_a_chapter_is_two_digits(chapters, chapter):
    with pytest.raises(ParameterError, match="chapter"):
        parameters(chapter)


def test_a_second_call_forgets_what_the_first_recorded(chapters):
    parameters("04", epochs=1).claims["old"] = True
    assert parameters("04", epochs=1).claims == {}


def test_the_same_seed_draws_the_same(chapters):
    def draw():
        parameters("04", seed=7)
        return random.random(), np.random.random()  # noqa: NPY002

    assert draw() == draw()


@pytest.mark.slow
def test_keras_is_not_imported_but_seeded_when_it_is(chapters):
    code = """
import sys, random
import mtrec_lib as mt
mt.book.parameters("04", seed=7)
assert "keras" not in sys.modules and "tensorflow" not in sys.modules
before = random.random()
import keras
print(before, random.random(), keras.random.normal((1,)).numpy()[0])
mt.book.parameters("04", seed=7)
print(random.random(), random.random(), keras.random.normal((1,)).numpy()[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    first, second = [line.split() for line in done.stdout.splitlines() if line[0] != "✓"]
    assert first == second
    assert done.stderr == ""
