"""One run in a folder at a time.

The operating system holds the lock and drops it when its process dies, so a stale one is never in
the way; the file's text only says who holds it.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mtrec_lib.core.errors import LockedError

# Windows locks bytes against reading too: lock one far behind the text.
_FAR = 1 << 30


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(folder: Path) -> Iterator[int | None]:
    """Hold the lock of ``folder`` (a file beside it) for the time of a ``with`` block.

    Yields:
        The pid of a dead process that had not released it, or None.

    Raises:
        LockedError: a live process holds it; names its pid, the time, and ``--run-id``.
    """
    path = folder.with_name(f".{folder.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        holder = _read(handle)
        if not _try_lock(handle):
            raise LockedError(
                f"{folder} is locked by pid {holder.get('pid', 'unknown')} "
                f"since {holder.get('since', 'just now')}; wait for it, or use --run-id"
            )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        _write(handle, json.dumps({"pid": os.getpid(), "since": now}))
        try:
            yield holder.get("pid")
        finally:
            _write(handle, "")
    finally:
        os.close(handle)


def _read(handle: int) -> dict:
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        return json.loads(os.read(handle, 4096))
    except ValueError:
        return {}


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, text.encode("utf-8"))
