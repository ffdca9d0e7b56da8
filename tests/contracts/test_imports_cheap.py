"""Importing the library, asking for help and the modules behind them load nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = {"tensorflow", "keras", "polars", "pandas", "matplotlib", "sklearn", "papermill", "scipy"}
IMPORT = "import mtrec_lib as mt; dir(mt)"
HELP = """
from mtrec_lib.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
"""


def _run(code: str) -> tuple[set[str], str]:
    """The modules that a fresh process loads, and all that it prints."""
    code += '\nimport sys\nprint("\\nMODULES", *sys.modules)'
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    said, _, modules = done.stdout.rpartition("\nMODULES")
    return {name.partition(".")[0] for name in modules.split()}, said + done.stderr


def test_the_import_is_cheap_and_silent():
    modules, said = _run(IMPORT)
    assert not modules & HEAVY
    assert said == ""


def test_help_is_cheap():
    modules, said = _run(HELP)
    assert "recommend" in said
    assert not modules & HEAVY


@pytest.mark.parametrize("room", ["book", "data", "evaluation", "recommend"])
def test_a_room_without_keras_does_not_import_it(room):
    modules, said = _run(f"import mtrec_lib as mt; mt.{room}.__all__")
    assert not modules & {"tensorflow", "keras"}
    assert said == ""
