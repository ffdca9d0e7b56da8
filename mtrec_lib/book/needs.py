"""What a chapter needs beyond the packages that every chapter has."""

import warnings
from importlib import import_module
from importlib.util import find_spec

from mtrec_lib.book.errors import SkippedError
from mtrec_lib.core.errors import ParameterError

EXTRAS = {"pretrained": ("gguf", "keras_hub", "safetensors", "tokenizers")}


def needs(extra: str) -> None:
    """Go on if the packages of an extra are installed; else the chapter is reported as skipped.

    Args:
        extra: its name in ``pip install "mtrec[…]"``.

    Raises:
        SkippedError: names what is missing and the command that installs it.
        ParameterError: there is no such extra.

    Taught in chapter 05.
    """
    if extra not in EXTRAS:
        raise ParameterError(f"extra must be one of {', '.join(EXTRAS)}, got {extra!r}")
    missing = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise SkippedError(
            f"this chapter needs {', '.join(missing)}, not installed here; "
            f'run  pip install "mtrec[{extra}]"'
        )
    _quiet_tqdm()
    print(f"✓ the packages of mtrec[{extra}] are installed")


def _quiet_tqdm() -> None:
    """Import what draws progress bars before others do: without widgets it warns, on stderr."""
    if find_spec("tqdm") is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module("tqdm.auto")
