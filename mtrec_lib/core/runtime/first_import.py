"""Something to do around the first import of a package, whenever and by whomever it is imported.

A finder on ``sys.meta_path`` waits for the name, wraps the one execution of that package, and goes.
"""

import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from importlib.machinery import ModuleSpec
from types import ModuleType

Wrapper = Callable[[], AbstractContextManager[object]]


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, finder: "_Finder") -> None:
        self._loader, self._finder = loader, finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        with ExitStack() as stack:
            for wrapper in self._finder.wrappers.values():
                stack.enter_context(wrapper())
            self._loader.exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, package: str) -> None:
        self.package = package
        self.wrappers: dict[str, Wrapper] = {}
        self._searching = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        # Asks all the finders once more, itself included: the second time it has nothing to say.
        if name != self.package or self._searching:
            return None
        self._searching = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._searching = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self)
        return spec


def around_first_import(package: str, purpose: str, wrapper: Wrapper) -> bool:
    """Enter ``wrapper()`` before ``package`` is first imported and leave it afterwards.

    Args:
        package: the full name, such as ``"tensorflow"``.
        purpose: what it is for; a second wrapper of one purpose takes the place of the first.
        wrapper: makes a context manager; several are entered in the order in which they came.

    Returns:
        False if the package has been imported already and nothing will happen.
    """
    if package in sys.modules:
        return False
    waiting = (each for each in sys.meta_path if isinstance(each, _Finder))
    finder = next((each for each in waiting if each.package == package), None)
    if finder is None:
        finder = _Finder(package)
        sys.meta_path.insert(0, finder)
    finder.wrappers[purpose] = wrapper
    return True
