"""The notebook contract, rule by rule: each takes a chapter and returns what breaks it."""

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from typing import Any

from mtrec_lib.book.context import expected
from mtrec_lib.book.exercises import ids
from mtrec_lib.book.runs.notebooks import Notebook, tags, text

CLOSING = ("what we have shown", "exercises", "further reading")
FORBIDDEN = re.compile(
    r"^\s*[!%]|\bsys\.exit\b|\bos\._exit\b|\bexit\(|\bquit\(|\binput\(|\bautoreload\b|\bpip\b",
    flags=re.MULTILINE,
)
UNSTABLE = re.compile(r"\b0x[0-9a-f]{6,}\b|/(?:root|home|tmp|work|Users)/\w|[A-Z]:\\\\?Users")
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", flags=re.DOTALL)
DISPLAYED = re.compile(r"\$\$.*?\$\$|```.*?```|^\|.*\|$", flags=re.DOTALL | re.MULTILINE)
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+|arXiv:\S+|doi:\S+")
CODE = re.compile(r"```.*?```|`[^`]*`", flags=re.DOTALL)
MEASURED = re.compile(r"\*\*Measured:\*\* \d+\.\d minutes?(?:, \d+\.\d GB)?")
NUMBER = re.compile(r"(?<![\w.])(\d*\.\d+|\d+(?=\s?%))(\s?%)?")
PRINTED = re.compile(r"\d[\d,]*\.?\d*(?:e[+-]?\d+)?|\.\d+")
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
Rule = Callable[[Notebook], list[str]]


def markdown(book: Notebook) -> list[str]:
    """Its text cells."""
    return [text(cell) for cell in book.cells if cell["cell_type"] == "markdown"]


def trees(book: Notebook) -> Iterator[tuple[str, ast.Module]]:
    """Its code cells, as text and parsed; a line of IPython is no Python and fails elsewhere."""
    for cell in book.code:
        source = re.sub(r"^\s*[!%].*$", "pass", text(cell), flags=re.MULTILINE)
        yield text(cell), ast.parse(source)


def printed(book: Notebook) -> str:
    """All that its cells print, as text."""
    found = []
    for cell in book.code:
        for output in cell["outputs"]:
            found.append("".join(output.get("text", "")))
            found.append("".join(output.get("data", {}).get("text/plain", "")))
    return "\n".join(found)


def rule_01_one_question(book: Notebook) -> list[str]:
    """One H1, in the first cell; the second promises and gives minutes and memory."""
    texts = [CODE.sub("", each) for each in markdown(book)]
    titles = [line for each in texts for line in each.splitlines() if line.startswith("# ")]
    bad = [] if len(titles) == 1 and text(book.cells[0]).startswith("# ") else [f"H1: {titles}"]
    second = text(book.cells[1])
    return bad + ([] if MEASURED.search(second) else ["the second cell lacks **Measured:** …"])


def rule_02_skeleton(book: Notebook) -> list[str]:
    """Title, promise, imports, parameters, numbered sections, then the three closing ones."""
    lines = [line for each in markdown(book) for line in CODE.sub("", each).splitlines()]
    heads = [line[3:].strip() for line in lines if line.startswith("## ")]
    closing = [head.lower() for head in heads if head.lower().startswith(CLOSING)]
    bad = [] if len(closing) == 3 and _in_order(closing) else [f"closing sections: {closing}"]
    inner = [head for head in heads if not head.lower().startswith(CLOSING)]
    numbers = [int(found[0]) for head in inner if (found := re.match(r"\d+", head))]
    return bad + ([] if numbers == list(range(1, len(inner) + 1)) else [f"sections: {inner}"])


def _in_order(closing: list[str]) -> bool:
    return all(head.startswith(name) for head, name in zip(closing, CLOSING, strict=True))


def rule_03_imports(book: Notebook) -> list[str]:
    """All imports in the first code cell, `import mtrec_lib as mt` first; none with a star."""
    cells = list(trees(book))
    bad = [] if cells[0][0].lstrip().startswith("import mtrec_lib as mt") else ["the first import"]
    for number, (source, tree) in enumerate(cells):
        for node in tree.body:
            imports = isinstance(node, ast.Import | ast.ImportFrom)
            if imports and (number > 0 or "*" in ast.unparse(node)):
                bad.append(f"import outside the import cell: {source.splitlines()[0]}")
    return bad


def rule_04_parameters(book: Notebook) -> list[str]:
    """A plain parameters cell; the next cell hands every one of them to the checker."""
    names = set(book.parameters)
    place = next(n for n, cell in enumerate(book.code) if "parameters" in tags(cell))
    following = text(book.code[place + 1])
    call = next(
        (n for n in ast.walk(ast.parse(following)) if isinstance(n, ast.Call) and n.keywords), None
    )
    if call is None or not ast.unparse(call.func).endswith("book.parameters"):
        return ["the cell after the parameters does not call mt.book.parameters"]
    bad = [] if {word.arg for word in call.keywords} == names else [f"must hand over {names}"]
    chapter = ast.literal_eval(call.args[0]) if call.args else ""
    helped = [name for name, each in book.parameters.items() if not each.help]
    bad += [f"parameters without a comment: {helped}"] if helped else []
    return bad + ([] if chapter == book.chapter else [f"chapter is {chapter!r}"])


def rule_05_short_cells(book: Notebook) -> list[str]:
    """Code cells: median at most 6 lines, ninth decile at most 20, none over 40."""
    lengths = [len([line for line in text(c).splitlines() if line.strip()]) for c in book.code]
    decile = statistics.quantiles(lengths, n=10, method="inclusive")[-1]
    found = {"median": statistics.median(lengths), "decile": decile, "longest": max(lengths)}
    fine = found["median"] <= 6 and decile <= 20 and found["longest"] <= 40
    return [] if fine else [str(found)]


def rule_07_text(book: Notebook) -> list[str]:
    """At least as many text cells as code cells; 160 words a cell, 220 in a derivation."""
    texts = markdown(book)
    bad = [] if len(texts) >= len(book.code) else [f"{len(texts)} texts, {len(book.code)} codes"]
    for each in texts:
        words = len(re.findall(r"\w+(?:['’-]\w+)*", ADDRESS.sub("]", DISPLAYED.sub("", each))))
        if words > (220 if "$$" in each else 160):
            bad.append(f"{words} words: {each[:60]!r}")
    return bad


def rule_08_visible(book: Notebook) -> list[str]:
    """A code cell that is neither an import nor a definition shows something."""
    define = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.AnnAssign
    bad = []
    for cell, (source, tree) in zip(book.code, trees(book), strict=True):
        defines = all(isinstance(node, define) for node in tree.body)
        if not defines and not cell["outputs"]:
            bad.append(f"shows nothing: {source[:60]!r}")
    return bad


def rule_09_numbers(book: Notebook) -> list[str]:
    """Every decimal or percentage in the prose is printed, computed with, or expected."""
    codes = "\n".join(text(cell) for cell in book.code)
    metrics = expected(book.chapter, book.path.parent).get("metrics", {}).values()
    known = [float(each.replace(",", "")) for each in PRINTED.findall(printed(book) + codes)]
    known += [each["value"] for each in metrics]
    bad = []
    for each in markdown(book):
        prose = MEASURED.sub("", ADDRESS.sub("", MATHS.sub("", CODE.sub("", each))))
        for digits, percent in NUMBER.findall(prose):
            if not _is_known(digits, bool(percent), known):
                bad.append(f"{digits}{percent} in {each[:60]!r}")
    return bad


def _is_known(digits: str, percent: bool, known: list[float]) -> bool:
    value, places = float(digits), len(digits.partition(".")[2])
    scales = (1, 100) if percent else (1,)
    half = 0.500001 * 10**-places
    return any(abs(abs(number) * scale - value) <= half for number in known for scale in scales)


def _images(book: Notebook) -> Iterator[tuple[dict[str, Any], str]]:
    for cell in book.code:
        for output in cell["outputs"]:
            if "image/png" in output.get("data", {}):
                yield cell, "".join(output["data"]["image/png"])


def rule_11_figures(book: Notebook) -> list[str]:
    """At most 8 figures; each PNG at most 60 KB, with alt text."""
    images = list(_images(book))
    bad = [] if len(images) <= 8 else [f"{len(images)} figures"]
    for cell, png in images:
        if len(png) * 3 / 4 > 60_000:
            bad.append(f"{len(png) * 3 // 4} bytes: {text(cell)[:60]!r}")
        if len(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")) < 20:
            bad.append(f"needs metadata mystnb.image.alt: {text(cell)[:60]!r}")
    return bad


def rule_12_outputs(book: Notebook) -> list[str]:
    """No stderr, no error, no widget, no script, nothing that differs on another machine."""
    bad = []
    for cell in book.code:
        for output in cell["outputs"]:
            shown = str({k: v for k, v in output.get("data", {}).items() if k != "image/png"})
            shown += "".join(output.get("text", ""))
            wrong = output["output_type"] == "error" or output.get("name") == "stderr"
            if wrong or "widget-view" in shown or "<script" in shown or UNSTABLE.search(shown):
                bad.append(f"{text(cell)[:60]!r} leaves {shown[:80]!r}")
    ignored = [text(cell) for cell in book.code if "nbval-ignore-output" in tags(cell)]
    bad += [f"no '# not compared: …' in {e[:60]!r}" for e in ignored if "# not compared:" not in e]
    return bad + (["nbval-ignore-output too often"] if len(ignored) * 10 > len(book.code) else [])


def rule_13_nothing_forbidden(book: Notebook) -> list[str]:
    """No exit, no input, no installation, no IPython magic, no cell that is meant to raise."""
    bad = [text(cell)[:60] for cell in book.code if FORBIDDEN.search(text(cell))]
    return bad + [text(c)[:60] for c in book.cells if {"raises-exception", "skip"} & set(tags(c))]


def rule_14_exercises(book: Notebook) -> list[str]:
    """Three to five exercises, each with an open answer that is handed to its check."""
    known = ids(book.chapter)
    bad = [] if 3 <= len(known) <= 5 else [f"{len(known)} exercises"]
    for id in known:
        cells = [text(cell) for cell in book.code if f'answer("{id}"' in text(cell)]
        if len(cells) != 1 or not re.search(r"^\w+ = \.\.\.", cells[0], flags=re.MULTILINE):
            bad.append(f"{id}: one cell with 'answer = ...' and mt.book.answer")
    return bad


def rule_16_stored_form(book: Notebook) -> list[str]:
    """nbformat 4.5, ids, counts 1…n, outputs, the hash of the code, and no other metadata."""
    content, counts = book.content, [cell["execution_count"] for cell in book.code]
    sha = content["metadata"].get("mtrec", {}).get("source_sha")
    allowed = {"kernelspec": KERNELSPEC, "mtrec": {"source_sha": sha}}
    checks = {
        "nbformat": (content["nbformat"], content["nbformat_minor"]) == (4, 5),
        "cell ids": all(cell.get("id") for cell in book.cells),
        "metadata": content["metadata"] == allowed,
        "cell metadata": all(set(c["metadata"]) <= {"tags", "mystnb"} for c in book.cells),
        "execution counts": counts == list(range(1, len(counts) + 1)),
        "outputs": any(cell["outputs"] for cell in book.code),
        "stale: make refresh": sha == book.source_sha,
        "over 250 KB": book.path.stat().st_size <= 250_000,
        f"{len(book.cells)} cells": 25 <= len(book.cells) <= 90,
    }
    return [name for name, fine in checks.items() if not fine]


def rule_16_expected(book: Notebook) -> list[str]:
    """Its expected numbers belong to these parameters and were all printed."""
    stored = expected(book.chapter, book.path.parent)
    values = {name: each.value for name, each in book.parameters.items()}
    bad = [] if stored.get("parameters") == values else ["parameters differ: make refresh"]
    return bad + [s for s in stored.get("claims", []) if s not in printed(book)]


RULES: dict[str, Rule] = {
    name.removeprefix("rule_"): rule
    for name, rule in list(globals().items())
    if name.startswith("rule_")
}
