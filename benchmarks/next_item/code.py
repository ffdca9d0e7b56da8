"""The identity of code: what it does, whatever its comments and docstrings say."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mtrec_lib.core import sha256_bytes

LIBRARY = Path(__file__).resolve().parents[2] / "mtrec_lib"
PACKAGES = ("features", "losses", "models", "tasks", "training")
OTHER = ("article*", "*basket*", "personal.py")  # models that no training here runs through


def library(*packages: str) -> tuple[Path, ...]:
    """The files of packages of the library; by default those that a training runs through."""
    found = [
        path for name in packages or PACKAGES for path in sorted((LIBRARY / name).rglob("*.py"))
    ]
    if packages:
        return tuple(found)
    return tuple(
        path
        for path in found
        if "baselines" not in path.parts and not any(path.match(pattern) for pattern in OTHER)
    )


def code_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the syntax trees of files, docstrings left out."""
    return sha256_bytes("\n".join(_meaning(path) for path in files).encode("utf-8"))


@cache
def _meaning(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            body = node.body
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                node.body = body[1:]
    return ast.unparse(tree)
