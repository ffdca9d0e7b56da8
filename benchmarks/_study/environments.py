"""The peers' environments: ``venv`` and pip, from the lists in a study's ``requirements/``.

They lie in the cache, ``MTREC_HOME/peers/NAME``, and are made once: about 1.3 GB each.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from mtrec_lib.core import sha256_bytes, write_text
from mtrec_lib.core.code_path import source
from mtrec_lib.core.errors import MtrecError
from mtrec_lib.core.paths import home


def python_of(name: str, lists: Path) -> Path:
    """The Python of an environment, which is made if it is missing or its lists have changed.

    Args:
        name: a list in ``lists``; ``NAME.nodeps.txt`` beside it is installed after it, without
            what it depends on. An empty name is the Python that runs this.
        lists: the folder ``requirements/`` of a benchmark.

    Raises:
        MtrecError: no such list, or pip failed; names the log.
    """
    if not name:
        return Path(sys.executable)
    wanted = [lists / f"{name}.txt", lists / f"{name}.nodeps.txt"]
    if not wanted[0].is_file():
        known = sorted(path.stem for path in lists.glob("*.txt") if "." not in path.stem)
        raise MtrecError(f"no environment {name!r} in {lists}; there are {known}")
    folder = home() / "peers" / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    found = [path for path in wanted if path.is_file()]
    identity = sha256_bytes(b"".join(path.read_bytes() for path in found))
    ready = folder / ".ready"
    if not ready.is_file() or ready.read_text(encoding="utf-8").strip() != identity:
        _make(folder, python, found)
        write_text(ready, identity + "\n")
    return python


def script(module: str) -> str:
    """The file of a peer's script, which another Python runs.

    Named by its module, so that :func:`mtrec_lib.core.code_hash` follows it.
    """
    path = source(module)
    if path is None:
        raise MtrecError(f"no script {module!r} of a peer")
    return str(path)


def _make(folder: Path, python: Path, lists: list[Path]) -> None:
    print(f"making the environment {folder} (minutes, once) ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    log = folder / "pip.log"
    for path in lists:
        alone = ["--no-deps"] if path.name.endswith(".nodeps.txt") else []
        command = [str(python), "-m", "pip", "install", "--quiet", *alone, "-r", str(path)]
        with log.open("a", encoding="utf-8") as stream:
            done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise MtrecError(f"pip could not install {path.name} into {folder}; its words: {log}")
