"""Around the first import of a package."""

import sys
from contextlib import contextmanager

import pytest

from mtrec_lib.core.runtime.first_import import around_first_import

PACKAGE = "a_package_of_this_test"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that can be imported and says in ``seen`` when its code runs."""
    (tmp_path / f"{PACKAGE}.py").write_text("import sys\nsys.seen.append('code')\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "seen", [], raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield sys.seen
    sys.modules.pop(PACKAGE, None)


def _wrapper(name, seen):
    @contextmanager
    def wrapper():
        seen.append(f"{name} before")
        yield
        seen.append(f"{name} after")

    return wrapper


def test_wrappers_are_entered_in_their_order_once(package):
    assert around_first_import(PACKAGE, "one", _wrapper("one", package))
    assert around_first_import(PACKAGE, "two", _wrapper("two", package))
    __import__(PACKAGE)
    __import__(PACKAGE)
    assert package == ["one before", "two before", "code", "two after", "one after"]


def test_a_second_wrapper_of_one_purpose_takes_the_place_of_the_first(package):
    around_first_import(PACKAGE, "seed", _wrapper("old", package))
    around_first_import(PACKAGE, "seed", _wrapper("new", package))
    __import__(PACKAGE)
    assert package == ["new before", "code", "new after"]


def test_looking_for_the_package_is_no_import(package):
    from importlib.util import find_spec

    around_first_import(PACKAGE, "one", _wrapper("one", package))
    assert find_spec(PACKAGE) is not None
    assert package == []
    __import__(PACKAGE)
    assert package == ["one before", "code", "one after"]


def test_nothing_stays_behind(package):
    finders = list(sys.meta_path)
    around_first_import(PACKAGE, "one", _wrapper("one", package))
    module = __import__(PACKAGE)
    assert sys.meta_path == finders
    assert type(module.__spec__.loader).__module__ != "mtrec_lib.core.runtime.first_import"
    assert not around_first_import(PACKAGE, "late", _wrapper("late", package))


def test_a_package_that_is_missing_is_missing_as_ever(package):
    around_first_import("no_such_package", "one", _wrapper("one", package))
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        __import__("no_such_package")
    assert package == []
