"""Profiles: sets of parameter values, for all chapters and for single ones, and what ends a run.

``chapters/profiles/NAME.toml``::

    [budget]          # seconds without a cell that ends or an epoch that is reported
    silence = 120

    [all]             # for every chapter that has such a parameter
    epochs = 1

    [chapter.04]      # for one chapter; goes before [all]
    epochs = 2
"""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from mtrec_lib.book.context import chapters_folder
from mtrec_lib.book.parameter_table import Value
from mtrec_lib.book.runs.notebooks import Notebook
from mtrec_lib.book.runs.watching import Limits
from mtrec_lib.book.values import checked
from mtrec_lib.core.errors import ParameterError

PROFILES = ("smoke", "default", "full")


@dataclass(frozen=True)
class Profile:
    """What a profile changes, and what ends a run before its end."""

    name: str
    all: dict[str, Value] = field(default_factory=dict)
    chapters: dict[str, dict[str, Value]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def within(self, minutes: float | None) -> "Profile":
        """The same profile with a budget for a chapter."""
        if minutes is None:
            return self
        return replace(self, limits=replace(self.limits, budget=60 * minutes))

    def values(self, notebook: Notebook) -> dict[str, Value]:
        """The values that this profile gives to the parameters of one chapter.

        Raises:
            ParameterError: a value is wrong, or the chapter has no such parameter.
        """
        declared = notebook.parameters
        own = self.chapters.get(notebook.chapter, {})
        for name in own:
            if name not in declared:
                raise ParameterError(
                    f"profile {self.name}: chapter {notebook.chapter} has no parameter {name!r}, "
                    f"it has {', '.join(declared)}"
                )
        wanted = {name: value for name, value in self.all.items() if name in declared} | own
        return {name: checked(name, each, declared[name].kind) for name, each in wanted.items()}


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Read ``chapters/profiles/NAME.toml``; a profile without a file changes nothing.

    Raises:
        ParameterError: the name is not one of ``PROFILES``, or the file has unknown parts.
    """
    if name not in PROFILES:
        raise ParameterError(f"profile must be one of {', '.join(PROFILES)}, got {name!r}")
    path = (folder or chapters_folder()) / "profiles" / f"{name}.toml"
    if not path.is_file():
        return Profile(name)
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(content) - {"all", "chapter", "budget"}
    if unknown:
        raise ParameterError(f"{path.name}: unknown parts {sorted(unknown)}")
    for values in [content.get("all", {}), *content.get("chapter", {}).values()]:
        for key, value in values.items():
            checked(key, value)
    budget = content.get("budget", {})
    silence = budget.get("silence", Limits.silence)
    if set(budget) - {"silence"} or not isinstance(silence, int | float) or silence <= 0:
        raise ParameterError(
            f"{path.name}: [budget] may hold 'silence = SECONDS' alone, got {budget}"
        )
    limits = Limits(silence)
    return Profile(name, content.get("all", {}), content.get("chapter", {}), limits)
