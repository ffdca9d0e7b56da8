"""Settings of Keras that another project left behind: what we need, what we refuse.

``KERAS_BACKEND`` and ``~/.keras/keras.json`` hold for every program of a person. mtrec needs Keras
on TensorFlow and float32. Its own commands run in processes of their own and take no notice of the
backend; in a reader's process nothing is changed behind their back, and the first room that needs
Keras says what to change.
"""

import json
import os
import sys
from pathlib import Path
from types import ModuleType

from mtrec_lib.core.errors import MtrecError

BACKEND, FLOATX = "tensorflow", "float32"


def default_backend() -> None:
    """Choose TensorFlow where nobody has chosen a backend."""
    os.environ.setdefault("KERAS_BACKEND", BACKEND)


def force_backend() -> str | None:
    """Choose TensorFlow for this process and those that it starts.

    Returns:
        What the environment had chosen, or None where that was nothing or TensorFlow.
    """
    before = os.environ.get("KERAS_BACKEND")
    os.environ["KERAS_BACKEND"] = BACKEND
    return None if before in {None, "", BACKEND} else before


def check_backend() -> None:
    """Refuse another backend, before Keras is imported or after.

    Raises:
        MtrecError: Keras runs, or would run, on another backend; names it and the cure.
    """
    keras = _imported()
    chosen = keras.config.backend() if keras else os.environ.get("KERAS_BACKEND") or BACKEND
    if chosen != BACKEND:
        raise MtrecError(
            f"mtrec needs Keras on TensorFlow, and KERAS_BACKEND or keras.json say {chosen!r}; "
            "unset KERAS_BACKEND before Python starts, as mtrec's own commands do"
        )


def check_floatx() -> None:
    """Refuse a default number type in which models cannot be trained.

    Raises:
        MtrecError: ``floatx`` is not float32; names the value and the cure.
    """
    chosen = floatx()
    if chosen != FLOATX:
        raise MtrecError(
            f"mtrec needs Keras' floatx {FLOATX!r}, got {chosen!r}; mend "
            '"floatx" in ~/.keras/keras.json, or call keras.config.set_floatx("float32") before '
            "a model is made (for speed there is "
            'keras.config.set_dtype_policy("mixed_bfloat16"))'
        )


def floatx() -> str:
    """The default number type that Keras has, or will have once it is imported."""
    keras = _imported()
    if keras:
        return str(keras.config.floatx())
    folder = os.environ.get("KERAS_HOME")
    path = (Path(folder) if folder else Path.home() / ".keras") / "keras.json"
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return str(written.get("floatx", FLOATX))
    except (OSError, ValueError, AttributeError):
        return FLOATX  # Keras reads no more from such a file than we do


def _imported() -> ModuleType | None:
    """Keras where it has been imported, whole; else None."""
    keras = sys.modules.get("keras")
    return keras if hasattr(keras, "config") else None
