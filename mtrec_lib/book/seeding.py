"""Seeds for everything random in a notebook, without importing what it does not use.

Keras costs four seconds and many chapters never need it, so it is seeded when it is first
imported: a finder on ``sys.meta_path`` wraps that one import.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

import numpy as np


@contextmanager
def _generators_kept() -> Iterator[None]:
    state, numbers = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numbers)  # noqa: NPY002


class _SeedingLoader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, seed: int) -> None:
        self._loader, self._seed = loader, seed

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        # A late import must not move the generators that the chapter has already drawn from.
        with _generators_kept():
            self._loader.exec_module(module)
            _seed_keras(self._seed)


class _SeedingFinder(importlib.abc.MetaPathFinder):
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _SeedingLoader(spec.loader, self.seed)
        return spec


def seed_everything(seed: int) -> None:
    """Seed Python and NumPy now, Keras and TensorFlow now or when they are first imported."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - what others draw from the legacy generator
    for finder in [each for each in sys.meta_path if isinstance(each, _SeedingFinder)]:
        sys.meta_path.remove(finder)
    if "keras" in sys.modules or "tensorflow" in sys.modules:
        _seed_keras(seed)
    else:
        sys.meta_path.insert(0, _SeedingFinder(seed))


def _seed_keras(seed: int) -> None:
    import keras

    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
