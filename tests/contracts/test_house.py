"""What may lie in the tree: no machine paths, no registry addresses, no third-party data."""

import re

import pytest

from tests.contracts.tree import ROOT, code_lines, functions, present, read, texts

MACHINE = re.compile(r"/(?:root|work|Users)/\w|/home/\w+/|[A-Z]:\\\\?Users\\")
REGISTRY = re.compile("py" + r"pi\.|python" + "hosted|--(?:extra-)?index" + r"-url|/simp" + "le/")
UNFINISHED = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b")
DATA = {".parquet", ".inter", ".item", ".user", ".pkl", ".whl", ".zip", ".gz", ".npz", ".npy"}
WEIGHTS = {".keras", ".h5", ".safetensors", ".gguf", ".mtrec", ".pth", ".marshal"}
LARGE = {"requirements.lock": 600_000}
# A picture in a notebook: its letters spell such words by chance, between "/" and "+".
PICTURE = re.compile(r'^ *"image/png": "[A-Za-z0-9+/=\\n]*",?$')


@pytest.mark.parametrize("rule", [MACHINE, REGISTRY, UNFINISHED], ids=["path", "registry", "todo"])
def test_no_file_holds_what_belongs_to_one_machine_or_is_unfinished(rule: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if rule.search(line) and not PICTURE.match(line)
    ]
    assert not found, "\n".join(found)


def test_no_data_and_no_weights_of_others_are_in_the_tree() -> None:
    fixtures = ROOT / "data" / "fixtures"
    found = [
        str(path)
        for path in present(*DATA, *WEIGHTS)
        if not (ROOT / path).is_relative_to(fixtures) or (ROOT / path).stat().st_size > 20_000
    ]
    assert not found


def test_every_file_is_small() -> None:
    sizes = {str(path): (ROOT / path).stat().st_size for path in present()}
    assert not {name: size for name, size in sizes.items() if size > LARGE.get(name, 250_000)}


def test_no_python_file_is_longer_than_400_lines() -> None:
    lengths = {str(path): len(read(path).splitlines()) for path in present(".py")}
    assert not {name: length for name, length in lengths.items() if length > 400}


def test_no_function_is_longer_than_60_lines_and_its_docstring() -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": code_lines(node)
        for path in present(".py")
        for node in functions(path)
    }
    assert not {name: length for name, length in lengths.items() if length > 60}


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "CITATION.cff",
        "Makefile",
        ".ci/run",
        "requirements.lock",
        "pyproject.toml",
        "mtrec_lib/py.typed",
        "chapters/notation.md",
        "chapters/glossary.md",
        "chapters/reading.md",
        "chapters/index.md",
    ],
)
def test_the_house_has(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("document", sorted(map(str, present(".md"))))
def test_relative_links_lead_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(document))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    folder = (ROOT / document).parent
    assert not [link for link in inside if not (folder / link).exists()]
