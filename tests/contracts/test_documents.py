"""The documents' own commands: each exists, takes the options it is shown with, and is safe."""

import importlib.util
import re
import shlex
import subprocess
import sys

import pytest

from tests.contracts.tree import ROOT, fenced, read

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
TARGETS = dict(re.findall(r"^([a-z-]+):[^#\n]*## (.+)$", read("Makefile"), flags=re.MULTILINE))
PHONY = re.search(r"^\.PHONY: (.+)$", read("Makefile"), flags=re.MULTILINE)
SHELL = {"git", "cd", "python3", "source"}


def _commands() -> list[str]:
    lines = [
        line.split("  #")[0].strip()
        for document in DOCUMENTS
        for block in fenced(document, "bash", "sh")
        for line in block.splitlines()
    ]
    return sorted({line for line in lines if line and not line.startswith("#")})


def _run(*words: str) -> str:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _check_make(words: list[str]) -> None:
    targets = [word for word in words[1:] if "=" not in word]
    assert set(targets) <= TARGETS.keys()
    _run("make", "--dry-run", *words[1:])


def _check_mtrec(words: list[str]) -> None:
    depth = 2 if words[1] == "data" and len(words) > 2 else 1
    shown = _run(sys.executable, "-m", "mtrec_lib.cli", *words[1 : 1 + depth], "--help")
    for option in (word.split("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"(?<![\w-]){option}\b", shown), f"{option} is no option of {words}"


def _check_python(words: list[str]) -> None:
    module = words[words.index("-m") + 1]
    assert importlib.util.find_spec(module), module


@pytest.mark.parametrize("command", _commands())
def test_a_command_of_the_documents_exists(command: str) -> None:
    words = shlex.split(command)
    while "=" in words[0]:  # VARIABLE=value command
        words = words[1:]
    program = words[0].rpartition("/")[2]
    if program == "make":
        _check_make(words)
    elif program == "mtrec":
        _check_mtrec(words)
    elif program == "python":
        _check_python(words)
    else:
        assert program in SHELL, f"{program}: say what checks it"


def test_every_make_target_is_listed_with_a_line_of_help() -> None:
    assert PHONY is not None
    assert set(PHONY[1].split()) == TARGETS.keys()
    listed = _run("make", "--no-print-directory")
    assert all(re.search(rf"^make {name} +\S", listed, flags=re.MULTILINE) for name in TARGETS)


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - {"help", "clean"}))
def test_a_make_target_is_one_line_that_works_without_make(target: str) -> None:
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", read("Makefile"), flags=re.MULTILINE)
    assert recipe is not None
    lines = recipe[1].strip().splitlines()
    assert len(lines) == 1
    assert re.match(r"\$\((?:BIN\)/mtrec|PY\) -m|PYTEST|PIP)", lines[0])


@pytest.mark.parametrize("module", sorted(set(re.findall(r"\(PY\) -m ([\w.]+)", read("Makefile")))))
def test_a_module_that_make_runs_exists(module: str) -> None:
    assert module == "uv" or importlib.util.find_spec(module)  # make lock installs uv itself


def test_a_benchmark_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert "there are" in done.stdout


def test_python_that_is_too_old_is_refused_with_a_cure(tmp_path) -> None:
    old = tmp_path / "python-of-old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.1\nexit 1\n')
    old.chmod(0o755)
    ready = tmp_path / ".ready"
    done = subprocess.run(
        ["make", str(ready), f"READY={ready}", f"PYTHON={old}", "PIP=false"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert not ready.exists()
    assert "3.11, 3.12 or 3.13" in done.stdout
    assert "Python 3.9.1" in done.stdout
    assert "make PYTHON=python3.12 run" in done.stdout


@pytest.mark.parametrize("block", fenced("README.md", "python"))
def test_the_example_of_the_readme_is_python(block: str) -> None:
    compile(block, "README.md", "exec")
