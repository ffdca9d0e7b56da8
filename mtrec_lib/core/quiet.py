"""TensorFlow without its C++ log lines.

At import TensorFlow writes to file descriptor 2 whatever the log level says; in a notebook these
lines become stored outputs. A finder wraps its first import: descriptor 2 points to a temporary
file meanwhile, and the held text is written out only if the import fails.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile
from collections.abc import Sequence
from types import ModuleType

from mtrec_lib.core.keras_settings import default_backend


class _QuietLoader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with tempfile.TemporaryFile() as held:
            kept = os.dup(2)
            os.dup2(held.fileno(), 2)
            try:
                self._loader.exec_module(module)
            except BaseException:
                held.seek(0)
                os.write(kept, held.read())
                raise
            finally:
                os.dup2(kept, 2)
                os.close(kept)


class _QuietFinder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


def quiet_tensorflow() -> None:
    """Make the coming import of TensorFlow silent. Costs nothing until then; safe to call twice."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    default_backend()
    waiting = any(isinstance(finder, _QuietFinder) for finder in sys.meta_path)
    if "tensorflow" not in sys.modules and not waiting:
        sys.meta_path.insert(0, _QuietFinder())
