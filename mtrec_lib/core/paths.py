"""Where mtrec reads and writes."""

import os
import tempfile
from pathlib import Path

import platformdirs

from mtrec_lib.core.errors import MtrecError


def home() -> Path:
    """The cache folder: ``MTREC_HOME`` if set, else the platform's user cache folder."""
    chosen = os.environ.get("MTREC_HOME", "").strip()
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("mtrec"))


def writable(folder: Path) -> Path:
    """Create ``folder`` where needed and return it once a file could be written there.

    Raises:
        MtrecError: the folder cannot be created or written; names it and ``MTREC_HOME``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise MtrecError(
            f"cannot write in {folder} ({error.strerror}); set MTREC_HOME to a folder you own"
        ) from error


def repository() -> Path | None:
    """The root of the checkout this library is imported from, or None in an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "chapters").is_dir() and (root / "pyproject.toml").is_file() else None


def package_data(name: str = "") -> Path:
    """A file of ``data/`` (cards, templates, fixtures): from the checkout, else from the wheel."""
    root = repository()
    base = root / "data" if root else Path(__file__).resolve().parents[1] / "_data"
    return base / name if name else base
