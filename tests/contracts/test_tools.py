"""The tools that hold the style: import-linter, ruff, mypy. Each is run as a reader would."""

import subprocess
import sys

import pytest

from tests.contracts.tree import ROOT

TOOLS = {
    "imports go one way": ["importlinter.cli", "lint"],
    "ruff check": ["ruff", "check", "--quiet", "."],
    "ruff format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary"],
}


@pytest.mark.parametrize("name", TOOLS)
def test_tool_finds_nothing(name: str) -> None:
    module, *arguments = TOOLS[name]
    if module == "importlinter.cli":
        command = [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as l; l()",
        ]
    else:
        command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
