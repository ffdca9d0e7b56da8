"""The examples in the docstrings run, warnings and all."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import mtrec_lib

MODULES = [
    module.name
    for module in pkgutil.walk_packages(mtrec_lib.__path__, "mtrec_lib.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(import_module(name), optionflags=flags).failed == 0
