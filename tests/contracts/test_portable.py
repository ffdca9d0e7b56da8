"""Fault 19: nothing in the library leans on one system, one encoding or one folder."""

import ast

import pytest

from tests.contracts.tree import files, present, read

LIBRARY = [path for path in present(".py") if path.parts[0] in {"mtrec_lib", "benchmarks"}]
METHODS = {"read_text", "write_text", "open"}  # of a path; mtrec_lib.core.write_text is a function


def _opens_text_without_encoding(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or any(k.arg == "encoding" for k in node.keywords):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        # Path.open takes a mode; a zip member or an address is opened by another `open`.
        modes = node.args if node.func.attr == "open" else []
        return all(isinstance(mode, ast.Constant) and "b" not in str(mode.value) for mode in modes)
    if isinstance(node.func, ast.Name) and node.func.id == "open":
        return not any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args[1:])
    return False


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_text_is_opened_with_its_encoding(path) -> None:
    bad = [n.lineno for n in ast.walk(ast.parse(read(path))) if _opens_text_without_encoding(n)]
    assert not bad, f"{path}: lines {bad} need encoding='utf-8'"


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_no_fork_and_no_folder_of_one_system(path) -> None:
    text = read(path)
    assert not any(word in text for word in ('"/tmp', "'/tmp", "os.fork(", 'get_context("fork")'))


def test_names_of_files_are_short_and_legal_everywhere() -> None:
    bad = [str(p) for p in files() if len(str(p)) >= 100 or set('<>:"|?*\\') & set(str(p))]
    assert not bad
