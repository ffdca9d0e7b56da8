"""Where mtrec reads and writes."""

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

from mtrec_lib.core.errors import MtrecError, ParameterError

# Where the process began: a relative path in a variable means the same after a change of folder.
_START = Path()
with suppress(OSError):  # the current folder may have been deleted
    _START = Path.cwd()
OWN_CACHE = "set MTREC_HOME to a folder you own"


def settled(path: str) -> Path:
    """A path as typed in a variable, against the folder in which the process began."""
    return _START / Path(path).expanduser()


def home() -> Path:
    """The cache folder: ``MTREC_HOME`` if set, else the platform's user cache folder."""
    chosen = os.environ.get("MTREC_HOME", "").strip()
    return settled(chosen or platformdirs.user_cache_dir("mtrec"))


def in_utf8(typed: Path | str, name: str) -> str:
    """A path or a word of a command as text, once it is known that a UTF-8 file can hold it.

    Args:
        typed: as the operating system gave it.
        name: of the argument, for the error.

    Raises:
        ParameterError: its bytes are not UTF-8, or Python reads paths in another encoding.
    """
    text = str(typed)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        try:
            os.fsencode(text).decode("utf-8")
            cure = f"this Python reads paths as {sys.getfilesystemencoding()}: set PYTHONUTF8=1"
        except UnicodeError:
            cure = "rename that file or folder"
        raise ParameterError(f"{name} must be UTF-8, got {text!r}; {cure}") from error
    return text


def writable(folder: Path, cure: str = OWN_CACHE) -> Path:
    """Create ``folder`` where needed and return it once a file could be written there.

    Args:
        folder: where a file is to be written.
        cure: what to do if it cannot.

    Raises:
        MtrecError: the folder cannot be created or written; names it and the cure.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise MtrecError(f"cannot write in {folder} ({error.strerror}); {cure}") from error


def repository() -> Path | None:
    """The root of the checkout this library is imported from, or None in an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "chapters").is_dir() and (root / "pyproject.toml").is_file() else None


def package_data(name: str = "") -> Path:
    """A file of ``data/`` (cards, templates, fixtures): from the checkout, else from the wheel."""
    root = repository()
    base = root / "data" if root else Path(__file__).resolve().parents[1] / "_data"
    return base / name if name else base
