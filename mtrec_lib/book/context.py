"""The run that the current kernel is part of, and what it has recorded so far.

The runner sets ``MTREC_RUN`` to a JSON file that says the profile, the scratch folder and which
parameters were changed; a live notebook has none and compares with ``chapters/expected``.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtrec_lib.book.parameter_table import Value
from mtrec_lib.core.atomic import write_json
from mtrec_lib.core.paths import repository, settled

VARIABLE = "MTREC_RUN"
RECORD = "record.json"


def chapters_folder() -> Path:
    """Where the chapters lie: ``MTREC_CHAPTERS``, else the checkout's, else the current folder."""
    chosen = os.environ.get("MTREC_CHAPTERS", "").strip()
    root = repository()
    return settled(chosen) if chosen else root / "chapters" if root else Path.cwd()


def expected(chapter: str, folder: Path | None = None) -> dict[str, Any]:
    """What ``chapters/expected/NN.json`` stores for a chapter; empty before the first refresh."""
    path = (folder or chapters_folder()) / "expected" / f"{chapter}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@dataclass
class Run:
    """One execution of one chapter.

    Attributes:
        chapter: its number, as in ``"04"``.
        parameters: the checked values.
        defaults: whether all of them are the stored ones; claims raise only then.
        profile: ``smoke``, ``default`` or ``full``.
        folder: a scratch folder that becomes the run's folder, or None in a live notebook.
    """

    chapter: str = ""
    parameters: dict[str, Value] = field(default_factory=dict)
    defaults: bool = True
    profile: str = "default"
    folder: Path | None = field(default=None, repr=False)
    metrics: dict[str, dict[str, float | None]] = field(default_factory=dict, repr=False)
    claims: dict[str, bool | None] = field(default_factory=dict, repr=False)
    checks: int = field(default=0, repr=False)

    def record(self) -> None:
        """Write what was recorded so far into the run's folder, if there is one."""
        if self.folder is None:
            return
        claims = [{"sentence": text, "truth": truth} for text, truth in self.claims.items()]
        content = {"metrics": self.metrics, "claims": claims, "checks": self.checks}
        write_json(self.folder / RECORD, content | {"parameters": self.parameters})


_current = Run()


def current() -> Run:
    """The run of this process; an empty one before ``parameters`` was called."""
    return _current


def start(chapter: str, values: dict[str, Value]) -> Run:
    """Begin a run: forget what an earlier one recorded."""
    global _current
    settings = _of_runner()
    changed = settings["changed"] if settings else _changed(chapter, values)
    _current = Run(
        chapter=chapter,
        parameters=values,
        defaults=not changed,
        profile=settings.get("profile", "default"),
        folder=Path(settings["folder"]) if settings else None,
    )
    _current.record()
    return _current


def _of_runner() -> dict[str, Any]:
    path = os.environ.get(VARIABLE, "")
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else {}


def _changed(chapter: str, values: dict[str, Value]) -> list[str]:
    stored = expected(chapter).get("parameters")
    if stored is None:
        return []
    return [name for name, value in values.items() if stored.get(name, value) != value]
