"""Which sentences of a chapter compare, and which comparison each of them rests on.

A chapter states a comparison by a claim or a verdict, whose output carries figures. A sentence of
its prose that has a comparing word is bound if one of these says the same word of the same sides:
of its own section, or of the whole chapter in the closing ones. ``python -m
tests.contracts.comparing_words`` prints what is not bound, and lowers the recorded numbers.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mtrec_lib.book.claims import COMPARING
from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks, text
from tests.contracts.notebook_rules import ADDRESS, CODE, DISPLAYED, MATHS
from tests.contracts.tree import ROOT

RECORDED = Path(__file__).with_suffix(".json")
CLOSING = ("## what we have shown", "## exercises", "## further reading")
FIGURES = re.compile(r"≈ *(?:ahead by|behind by|no difference:)")
# What prose says, and the words of a comparison that bear it out; the first that is found counts.
MEANINGS = {
    r"no worse": {"no worse", "level"},
    r"no better": {"worse", "level"},
    r"told apart|holds? zero": {"cannot be told apart"},
    r"level|as good|hardly": {"level"},
    r"better|beat(?:s|en|ing)?|ahead|outperforms?": {"better"},
    r"worse|behind": {"worse"},
}
SAID = re.compile(r"cannot be told apart|no worse|level|better|worse")
SPLIT = re.compile(r"(?<=[.!?:;])\s+|\n\s*[-*\d.]*\s*(?=\S)")
NAME = re.compile(r"[a-zA-Z][\w-]{2,}")
COMMON = set(
    "the and than with that this over for from one all are not can cannot but its their who which "
    "more less most rank ranks here what have has does into also both each".split()
) | {"better", "worse", "level", "told", "apart"}


@dataclass(frozen=True)
class Stated:
    """A comparison that a chapter prints: its word, the words that name its sides, its section."""

    word: str
    names: frozenset[str]
    section: int


def unbound(book: Notebook) -> list[str]:
    """The claims, titles and sentences of a chapter that compare without a comparison."""
    stated = list(comparisons(book))
    found = [f"typed by hand: {words!r}" for words in typed(book)]
    for section, sentence in sentences(book):
        near = [each for each in stated if section in (each.section, -1)]
        for wanted in meanings(sentence):
            if not any(each.word in wanted and _same(sentence, each) for each in near):
                found.append(f"says {' or '.join(sorted(wanted))}: {sentence!r}")
    return found


def comparisons(book: Notebook) -> Iterator[Stated]:
    """What its claims and verdicts say, by the section that they stand in."""
    for section, cell in _by_section(book):
        printed = "".join("".join(o.get("text", "")) for o in cell.get("outputs", []))
        lines = printed.splitlines()
        for line, after in zip(lines, [*lines[1:], ""], strict=False):
            claimed = line.startswith("✓ ") and FIGURES.search(after)
            recorded = after.startswith("  recorded")
            for clause in line.split("; ") if claimed else [line] if recorded else []:
                word = list(SAID.finditer(clause))
                if word:
                    yield Stated(word[-1][0], frozenset(names(clause)), section)


def typed(book: Notebook) -> Iterator[str]:
    """Comparing words in the strings that are handed to claims and to titles of figures."""
    for cell in book.code:
        tree = ast.parse(re.sub(r"^\s*[!%].*$", "pass", text(cell), flags=re.MULTILINE))
        known = {
            target.id: _literal(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for argument in _shown(call):
                words = known.get(argument.id, "") if isinstance(argument, ast.Name) else ""
                words = words or _literal(argument)
                if COMPARING.search(words):
                    yield words


def sentences(book: Notebook) -> Iterator[tuple[int, str]]:
    """Its statements that compare, with their section; −1 where the whole chapter is spoken of."""
    for section, cell in _by_section(book):
        if cell["cell_type"] != "markdown":
            continue
        prose = text(cell)
        for noise in (DISPLAYED, CODE, MATHS, ADDRESS):
            prose = noise.sub(" ", prose)
        prose = re.sub(r'"[^"]*"|“[^”]*”|^#.*$', " ", prose, flags=re.MULTILINE)
        for sentence in SPLIT.split(prose):
            if COMPARING.search(sentence) and not sentence.rstrip().endswith("?"):
                yield section, sentence.strip()


def meanings(sentence: str) -> Iterator[set[str]]:
    """What each comparing word of a sentence needs."""
    rest = sentence
    for pattern, wanted in MEANINGS.items():
        whole = re.compile(rf"\b(?:{pattern})\b", flags=re.IGNORECASE)
        if whole.search(rest):
            rest = whole.sub(" ", rest)
            yield wanted


def names(sentence: str) -> set[str]:
    """The words that may name a side, without their plural."""
    return {w.lower().removesuffix("s") for w in NAME.findall(sentence)} - COMMON


def _same(sentence: str, stated: Stated) -> bool:
    return len(names(sentence) & stated.names) >= 2


def _by_section(book: Notebook) -> Iterator[tuple[int, dict]]:
    """Its cells with the number of their section; −1 in the closing ones."""
    section = 0
    for cell in book.cells:
        heads = re.findall(r"^## .*$", text(cell), flags=re.MULTILINE)
        if cell["cell_type"] == "markdown" and heads:
            # a cell may end one section and begin the next: it belongs to both, its text first
            before = text(cell).partition(heads[0])
            if before[0].strip():
                yield section, cell | {"source": before[0]}
            closing = heads[-1].lower().startswith(CLOSING) or section == -1
            section = -1 if closing else section + 1
            cell = cell | {"source": before[1] + before[2]}
        yield section, cell


def _shown(call: ast.Call) -> list[ast.expr]:
    """The arguments of a claim, or of a title, that a reader sees."""
    called = ast.unparse(call.func)
    if called.endswith("claim"):
        return call.args[:1]
    if called.endswith(("book.title", "set_title", "suptitle")):
        return call.args[-1:]
    return [word.value for word in call.keywords if word.arg == "title"]


def _literal(node: ast.expr) -> str:
    """The fixed parts of a text."""
    parts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return " ".join(part for part in parts if isinstance(part, str))


def main() -> None:
    """Print what is not bound, and lower the recorded numbers where they may be lowered."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    for book in all_notebooks(ROOT / "chapters"):
        found = unbound(book)
        print(f"{book.chapter}: {len(found)}", *found, sep="\n  ")
        if book.chapter in recorded["unbound"]:
            allowed = recorded["unbound"].pop(book.chapter)
            if found:
                recorded["unbound"][book.chapter] = min(allowed, len(found))
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
