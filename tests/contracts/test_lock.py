"""requirements.lock: hash-pinned, without an address, and what pyproject.toml asks for."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contracts.tree import read


def _entries() -> list[str]:
    joined = read("requirements.lock").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _locked() -> dict[str, list[Requirement]]:
    locked: dict[str, list[Requirement]] = {}
    for entry in _entries():
        requirement = Requirement(entry.split("--hash")[0].strip())
        locked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return locked


def test_every_requirement_is_pinned_and_has_a_hash() -> None:
    bad = [
        entry[:60]
        for entry in _entries()
        if not re.search(r"==\S+.*--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert not bad


def test_the_lock_holds_no_address() -> None:
    assert "://" not in read("requirements.lock")
    assert not re.search(r"^-", read("requirements.lock"), flags=re.MULTILINE)


def test_the_lock_is_what_pyproject_asks_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    locked = _locked()
    for text in [*project["dependencies"], *extras["dev"], *extras["tune"]]:
        asked = Requirement(text)
        found = locked.get(canonicalize_name(asked.name))
        assert found, f"{asked.name} is asked for and not locked: make lock"
        for pinned in found:
            version = next(iter(pinned.specifier)).version
            assert asked.specifier.contains(version), f"{asked} but locked {version}: make lock"


def test_the_lock_covers_the_promised_pythons_and_systems() -> None:
    # A universal lock holds what Windows alone needs, wherever it was made.
    assert any("win32" in str(r.marker) for r in _locked()["colorama"])
