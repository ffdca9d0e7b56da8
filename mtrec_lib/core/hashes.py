"""Identities of bytes, files and plain values."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mtrec_lib.core.code_path import ROOT, reached, read


def sha256_bytes(content: bytes) -> str:
    """SHA-256 of ``content`` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path | str) -> str:
    """SHA-256 of a file in hexadecimal, read in pieces."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """SHA-256 of a JSON-able value, independent of the order of dictionary keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256_bytes(text.encode("utf-8"))


def code_hash(modules: Sequence[str], root: Path = ROOT) -> str:
    """Identity of the code that some modules of this project run through.

    A record keeps it beside the names of the modules: if they hash to something else, the code has
    changed since it was measured. Comments and docstrings do not count. A module that is not there
    any more hashes as absent, so what it measured is no longer current; nothing is raised.

    Args:
        modules: such as ``["benchmarks.balancing.delta_m"]``; what they import is followed
            (:mod:`mtrec_lib.core.code_path`).
        root: the folder that holds ``mtrec_lib`` and ``benchmarks``.

    >>> code_hash(["mtrec_lib.core.suggest"]) == code_hash(["mtrec_lib.core.suggest"])
    True
    >>> code_hash(["mtrec_lib.core.suggest"]) == code_hash(["mtrec_lib.core.seeds"])
    False
    """
    paths = reached(modules, root)
    return fingerprint({name: path and read(path).digest for name, path in paths.items()})
