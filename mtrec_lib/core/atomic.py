"""Files that are either whole or absent: write beside the target, sync, then replace."""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mtrec_lib.core.errors import MtrecError


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; at success it becomes ``path``, at failure it goes.

    The old file stays intact until the new one is complete and on disk. Atomic on a local file
    system only.

    Raises:
        MtrecError: the disk is full; names the path, the bytes written and the bytes free.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    try:
        scratch.touch(exist_ok=False)
        yield scratch
        with scratch.open("rb+") as stream:
            os.fsync(stream.fileno())
        scratch.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(path, scratch) from error
        raise
    finally:
        scratch.unlink(missing_ok=True)


def _disk_full(path: Path, scratch: Path) -> MtrecError:
    written = scratch.stat().st_size if scratch.exists() else 0
    free = shutil.disk_usage(path.parent).free
    return MtrecError(
        f"the disk is full while writing {path}: needed more than {written} bytes, "
        f"{free} bytes free; the old file is intact, make room and run again"
    )


def write_bytes(path: Path | str, content: bytes) -> Path:
    """Write ``content`` to ``path``, whole or not at all."""
    with atomic_path(path) as scratch:
        scratch.write_bytes(content)
    return Path(path)


def write_text(path: Path | str, content: str) -> Path:
    """Write UTF-8 text with ``\\n`` line ends to ``path``, whole or not at all."""
    return write_bytes(path, content.encode("utf-8"))


def write_json(path: Path | str, content: Any) -> Path:
    """Write ``content`` as indented JSON to ``path``, whole or not at all. NaN is refused."""
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return write_text(path, text + "\n")
