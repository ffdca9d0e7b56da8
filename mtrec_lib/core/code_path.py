"""Which code a measurement runs through, and what of that code counts.

A module reaches what it names of this project: what it imports, what it reads off a package
(``mt.models.GPT`` reaches the module of ``GPT`` and no other model), and what it starts as a
process, ``"benchmarks.next_item.ours"`` in a string. Nothing is imported to find out. Left out are
packages whose name begins with an underscore: they run and record measurements, and decide none.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ("mtrec_lib", "benchmarks")
_MODULE = re.compile(rf"(?:{'|'.join(PROJECT)})(?:\.\w+)+")
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Chain = tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """What a file of Python says.

    Args:
        bound: names of its imports, each with the dotted name that it stands for.
        handed_on: the same, those that only a type checker sees included.
        used: the dotted names that it reads.
        strings: its strings that could name a module.
        digest: SHA-256 of its lines without comments, docstrings and empty lines.
    """

    bound: frozenset[tuple[str, Chain]]
    handed_on: dict[str, Chain]
    used: frozenset[Chain]
    strings: frozenset[str]
    digest: str


def read(path: Path) -> Code:
    """What a file says; read anew when it has changed."""
    about = path.stat()
    return _read(path, about.st_mtime_ns, about.st_size)


def source(module: str, root: Path = ROOT) -> Path | None:
    """The file of a module or package of this project; None if there is none."""
    place = root.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if module.split(".")[0] in PROJECT and path.is_file():
            return path
    return None


def reached(modules: Sequence[str], root: Path = ROOT) -> dict[str, Path | None]:
    """All modules that some modules run through, themselves included, each with its file.

    A module that is named and does not exist (any more) has no file.
    """
    files: dict[str, Path | None] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in files or _machinery(module, root):
            continue
        path = files[module] = source(module, root)
        if path is not None:
            waiting += named_by(module, path, root)
    return dict(sorted(files.items()))


def _machinery(module: str, root: Path) -> bool:
    parts = module.split(".")
    return any(
        part.startswith("_") and root.joinpath(*parts[: n + 1]).is_dir()
        for n, part in enumerate(parts)
    )


def named_by(module: str, path: Path, root: Path = ROOT) -> frozenset[str]:
    """The modules of this project that a module names."""
    about = path.stat()
    return _named_by(module, path, root, about.st_mtime_ns, about.st_size)


@cache
def _named_by(module: str, path: Path, root: Path, changed: int, size: int) -> frozenset[str]:
    code = _read(path, changed, size)
    names = {word for word in code.strings if source(word, root)}
    for name, chain in code.bound:
        target = _defining(chain, module, root)
        if target is None:
            continue
        package = _is_package(target, root)
        ends = [rest for first, *rest in code.used if first == name] if package else [[]]
        names |= {each for end in ends if (each := _defining((*chain, *end), module, root))}
    return frozenset(names - {module})


def _defining(chain: Chain, module: str, root: Path) -> str | None:
    """The module in which a dotted name is defined, followed through what packages hand on."""
    if chain[0] not in PROJECT:
        beside = ".".join([*module.split(".")[:-1], chain[0]])  # a script sees its own folder
        return beside if source(beside, root) else None
    at = chain[0]
    for place, name in enumerate(chain[1:], start=1):
        if source(f"{at}.{name}", root):
            at = f"{at}.{name}"
            continue
        path = source(at, root)
        onward = read(path).handed_on.get(name) if path else None
        if onward in (None, (*at.split("."), name)) or not _is_package(at, root):
            return at
        return _defining((*onward, *chain[place + 1 :]), module, root)
    return at


def _is_package(module: str, root: Path) -> bool:
    path = source(module, root)
    return path is not None and path.name == "__init__.py"


@cache
def _read(path: Path, changed: int, size: int) -> Code:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = list(_run(tree))
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    strings = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return Code(
        bound=frozenset(_bindings(nodes)),
        handed_on=dict(_bindings(ast.walk(tree))),
        used=frozenset(c for node in nodes if id(node) not in inner and (c := _chain(node))),
        strings=frozenset(filter(_MODULE.fullmatch, strings)),
        digest=hashlib.sha256("\n".join(_lines_that_run(text, tree)).encode()).hexdigest(),
    )


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: what stands under ``if TYPE_CHECKING`` does not."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from _run(other)
        else:
            yield from _run(child)


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, Chain]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield each.asname or each.name, (*node.module.split("."), each.name)
        elif isinstance(node, ast.Import):
            for each in node.names:
                chain = tuple(each.name.split("."))
                yield (each.asname, chain) if each.asname else (chain[0], chain[:1])


def _chain(node: ast.AST) -> Chain:
    """``a.b.c`` as its three names; empty for what is no dotted name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *names[::-1]) if isinstance(node, ast.Name) else ()


def _lines_that_run(text: str, tree: ast.Module) -> Iterator[str]:
    """The lines of a file without comments, docstrings and empty lines.

    Lines, not the syntax tree: two versions of Python write the same tree differently.
    """
    ends: dict[int, int] = {}  # line → the byte behind the last node that ends there
    kept_whole: set[int] = set()  # lines of a string, which may hold a # of its own
    dropped: set[int] = set()
    for node in _outside_f_strings(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            dropped |= set(range(first.lineno, (first.end_lineno or 0) + 1))
        last = getattr(node, "end_lineno", None)
        if last is not None:
            ends[last] = max(ends.get(last, 0), node.end_col_offset)  # type: ignore[attr-defined]
            if isinstance(node, ast.Constant | ast.JoinedStr):
                kept_whole |= set(range(node.lineno, last))
    for number, line in enumerate(text.split("\n"), start=1):
        code = line.encode()
        if number not in kept_whole:
            comment = code.find(b"#", ends.get(number, 0))
            code = code[:comment] if comment >= 0 else code
        if number not in dropped and code.strip():
            yield code.decode().rstrip()


def _outside_f_strings(node: ast.AST) -> Iterator[ast.AST]:
    """Every node, but those inside an f-string: older versions of Python misplace them."""
    yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _outside_f_strings(child)
