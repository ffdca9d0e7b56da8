"""What this machine has, what is missing, and how to cure it."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from mtrec_lib.core.errors import MtrecError
from mtrec_lib.core.paths import home, writable
from mtrec_lib.core.runtime.keras_settings import FLOATX, floatx

_PROBE = """
import json, os
import mtrec_lib
import tensorflow as tf
gpus = tf.config.list_physical_devices("GPU")
print(json.dumps([tf.config.experimental.get_device_details(g).get("device_name", g.name)
                  for g in gpus]))
"""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its value, whether it is fine, and the cure if not."""

    what: str
    value: str
    fine: bool = True
    cure: str = ""


def examine(backend: str | None = None) -> list[Finding]:
    """Look at Python, packages, Keras' settings, processor, memory, accelerator, cache and data.

    Args:
        backend: another backend than TensorFlow that the shell has chosen for Keras, or None.

    Returns:
        A finding a line, in that order. Only here TensorFlow is started, in a process of its own,
        because on an old processor it ends with "Illegal instruction".
    """
    avx = _avx()
    gpu = _accelerator() if avx.fine else Finding("TensorFlow", "not started, see AVX", False)
    keras = [_backend(backend), _floatx()]
    return [_python(), *_packages(), *keras, _processor(), avx, _memory(), gpu, _cache(), *_data()]


def _python() -> Finding:
    fine = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding("Python", platform.python_version(), fine, "use Python 3.11, 3.12 or 3.13")


def _packages() -> list[Finding]:
    names = ("mtrec", "tensorflow", "keras", "polars", "jupyterlab")
    return [_package(name) for name in names]


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except ModuleNotFoundError:
        return Finding(name, "missing", False, "install the project: make run, or pip install -e .")


def _backend(other: str | None) -> Finding:
    value = "tensorflow" if other is None else f"KERAS_BACKEND is {other}"
    cure = "unset KERAS_BACKEND in your shell: mtrec needs Keras on TensorFlow (its own commands "
    return Finding("Keras backend", value, other is None, cure + "run on it in any case)")


def _floatx() -> Finding:
    value = floatx()
    cure = f'set "floatx": "{FLOATX}" in ~/.keras/keras.json: models train in no other'
    return Finding("Keras floatx", value, value == FLOATX, cure)


def _processor() -> Finding:
    return Finding("cores", f"{os.cpu_count()} ({platform.machine()}, {platform.system()})")


def _avx() -> Finding:
    """TensorFlow's wheels for x86-64 need AVX; where the system does not tell, assume it."""
    info = Path("/proc/cpuinfo")
    if platform.machine().lower() not in {"x86_64", "amd64"} or not info.is_file():
        return Finding("AVX", "not needed or not told here")
    fine = " avx" in info.read_text(encoding="utf-8")
    cure = "TensorFlow needs a processor with AVX (2011 or later); use another machine"
    return Finding("AVX", "yes" if fine else "no", fine, cure)


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    gigabytes = memory.available / 2**30
    words = f"{gigabytes:.1f} of {memory.total / 2**30:.1f} GiB free"
    return Finding("memory", words, gigabytes >= 3, "close programs: a chapter needs up to 3 GiB")


def _accelerator() -> Finding:
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1]
        return Finding("TensorFlow", last, False, "remove .venv and run make run")
    names = json.loads(done.stdout)
    return Finding("GPU", ", ".join(names) or "none; everything runs on the CPU")


def _cache() -> Finding:
    try:
        return Finding("cache", str(writable(home())))
    except MtrecError as error:
        return Finding("cache", str(error), False, "set MTREC_HOME to a folder you own")


def _data() -> list[Finding]:
    from mtrec_lib.data import status

    return [_source(row) for row in status().iter_rows(named=True)]


def _source(row: dict) -> Finding:
    fine = row["state"] in {"ready", "absent"}
    hint = f"mtrec data fetch {row['name']}{'' if row['state'] == 'absent' else ' --force'}"
    note = f"absent; the first use fetches it, or: {hint}" if row["state"] == "absent" else "ready"
    return Finding(f"data {row['name']}", note if fine else row["state"], fine, hint)
