"""The tree as git sees it: what is tracked, and what would be with ``git add .``."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, as a path below the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode("utf-8")
    return tuple(Path(name) for name in sorted(filter(None, listed.split("\0"))))


def present(*suffixes: str) -> list[Path]:
    """The files of the tree that exist on disk, of these suffixes (all, if none is given)."""
    return [p for p in files() if (ROOT / p).is_file() and (not suffixes or p.suffix in suffixes)]


def read(path: Path | str) -> str:
    """The text of a file of the tree."""
    return (ROOT / path).read_text(encoding="utf-8")


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the tree with its content."""
    for path in present():
        try:
            yield path, read(path)
        except UnicodeDecodeError:
            continue


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a Python file."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its signature counted and its docstring not."""
    first = function.body[0]
    doc = ast.get_docstring(function) is not None
    told = (first.end_lineno or first.lineno) - first.lineno + 1 if doc else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def fenced(path: Path | str, *languages: str) -> list[str]:
    """The fenced code blocks of a Markdown file that are in one of these languages."""
    blocks, language, lines = [], None, []
    for line in read(path).splitlines():
        if not line.startswith("```"):
            lines.append(line)
        elif language is None:
            language, lines = line[3:].strip(), []
        else:
            if language in languages:
                blocks.append("\n".join(lines))
            language = None
    return blocks
