"""What is to be run: every name, type and range is checked before anything starts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mtrec_lib.book.parameter_table import Value
from mtrec_lib.book.runs.notebooks import Notebook, text
from mtrec_lib.book.runs.profiles import Profile
from mtrec_lib.book.runs.run_folders import RunFolder
from mtrec_lib.book.values import checked, lookup, parse
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.hashes import fingerprint, sha256_file
from mtrec_lib.core.paths import in_utf8, package_data
from mtrec_lib.core.suggest import nearest

PACKAGES = ("tensorflow", "keras", "numpy", "polars", "scikit-learn", "scipy", "matplotlib")


@dataclass(frozen=True)
class Job:
    """One chapter with its parameters and the folder that it will fill."""

    notebook: Notebook
    profile: Profile
    values: dict[str, Value]
    folder: Path

    @property
    def run_folder(self) -> RunFolder:
        """The folder, as what can be done with it."""
        return RunFolder(self.folder)

    @property
    def changed(self) -> dict[str, Value]:
        """The values that differ from those in the notebook."""
        stored = self.notebook.parameters
        return {name: each for name, each in self.values.items() if each != stored[name].value}

    @property
    def identity(self) -> dict[str, str]:
        """Hashes of all that the result depends on: if equal, it need not run again."""
        return {
            "notebook": fingerprint([text(cell) for cell in self.notebook.cells]),
            "library": library_hash(),
            "parameters": fingerprint(self.values),
            "data": _data_hash(str(self.values.get("dataset", ""))),
            "packages": fingerprint({name: package_version(name) for name in PACKAGES}),
        }


def plan(
    notebooks: Sequence[Notebook],
    profile: Profile,
    words: Mapping[str, str],
    out: Path,
    run_id: str = "",
) -> list[Job]:
    """Check everything and say what is to run.

    Args:
        notebooks: the chapters.
        profile: its values go before the notebooks' and behind ``words``.
        words: parameters as typed, name → text; each must belong to one of the chapters.
        out: where runs go.
        run_id: names the folder of a run with changed parameters.

    Raises:
        ParameterError: an unknown name, a wrong type, or a value out of range.
    """
    check_names(words, notebooks)
    in_utf8(out.resolve(), "out")
    if run_id and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", run_id):
        raise ParameterError(
            f"run-id must be up to 40 letters, digits, '.', '_' or '-', got {run_id!r}"
        )
    return [_job(notebook, profile, words, out, run_id) for notebook in notebooks]


def _job(
    notebook: Notebook, profile: Profile, words: Mapping[str, str], out: Path, run_id: str
) -> Job:
    declared = notebook.parameters
    base = {name: each.value for name, each in declared.items()} | profile.values(notebook)
    typed = {name: _typed(notebook, name, each) for name, each in words.items() if name in declared}
    values = base | typed
    suffix = run_id or (fingerprint(values)[:8] if values != base else "")
    folder = out / profile.name / (f"{notebook.name}@{suffix}" if suffix else notebook.name)
    return Job(notebook, profile, values, folder)


def _typed(notebook: Notebook, name: str, words: str) -> Value:
    kind = notebook.parameters[name].kind
    value = checked(name, parse(name, kind, in_utf8(words, f"parameter {name}")), kind)
    if name == "dataset" and words.endswith(".toml"):
        path = Path(words).expanduser().resolve()
        if not path.is_file():
            raise ParameterError(f"parameter dataset: there is no file {words!r}")
        return in_utf8(path, "parameter dataset")
    return value


def check_names(words: Iterable[str], notebooks: Sequence[Notebook]) -> None:
    """Refuse parameter names that none of the chapters has.

    Raises:
        ParameterError: lists the valid names and the nearest one.
    """
    valid = sorted({name for notebook in notebooks for name in notebook.parameters})
    for name in words:
        if name not in valid:
            near = nearest(name, valid, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            listed = ", ".join(valid) or "none"
            raise ParameterError(f"unknown parameter {name!r}; {hint}valid names: {listed}")


def library_hash() -> str:
    """Identity of the library's code, without what no result needs.

    That is the command line, and what an installed wheel holds beside the code: cards, exercises.
    """
    root = Path(__file__).resolve().parents[2]
    beside = {root / "cli.py", *(root / "_data").rglob("*.py")}
    files = [path for path in sorted(root.rglob("*.py")) if path not in beside]
    return fingerprint(
        {str(path.relative_to(root).as_posix()): sha256_file(path) for path in files}
    )


def _data_hash(dataset: str) -> str:
    """Cards of the known sources; for a reader's own log its description and its tables.

    The content of exactly the files that the description names counts, wherever they lie.
    """
    files = sorted(package_data("cards").glob("*.toml"))
    if dataset.endswith(".toml"):
        from mtrec_lib.data.readers.description import read_description

        _, _, description = read_description(Path(dataset))
        tables = [description.table(name).path for name in description.tables]
        files += [Path(dataset), *tables]
    return fingerprint([sha256_file(path) for path in files])


def package_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def sweep_grid(
    words: Mapping[str, Sequence[str]], notebooks: Sequence[Notebook]
) -> list[dict[str, str]]:
    """Every combination of the values of a sweep, as typed.

    A comma separates values, but not in a parameter that is itself a list or a free text.

    Raises:
        ParameterError: none of the chapters has such a parameter.
    """
    check_names(words, notebooks)
    combined: list[dict[str, str]] = [{}]
    for name, typed in words.items():
        options = [each for text in typed for each in _options(name, text)]
        combined = [base | {name: option} for base in combined for option in options]
    return combined


def _options(name: str, typed: str) -> list[str]:
    known = lookup(name)
    single = known.parts or ("str" in known.kinds and name != "dataset")
    return [typed] if single else typed.split(",")
