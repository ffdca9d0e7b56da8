"""From an id to what makes it: the first word is a module of ``benchmarks``.

``next-basket/recall/new`` is made by ``next_basket.py``. A package has parts, a module each, and
says once, in ``PARTS`` of its ``__init__.py``, which ids each of them makes. Nothing else is to be
registered: a new module, or a new line of ``PARTS``, is a new measurement.
"""

import pkgutil
from dataclasses import dataclass
from importlib import import_module

import benchmarks

NAMED_ONLY = {"fresh", "book"}  # minutes to hours of a whole book: run only when they are named


@dataclass(frozen=True)
class Part:
    """A module that measures.

    Args:
        name: below ``benchmarks``, such as ``"balancing.delta_m"``.
        ids: beginnings of the ids that it makes, whole words.
    """

    name: str
    ids: tuple[str, ...]

    @property
    def module(self) -> str:
        """Its dotted name."""
        return f"benchmarks.{self.name}"

    def makes(self, id: str) -> bool:
        """Whether it makes the row of this id, or a row of an id that begins so."""
        return any(_begins(id, own) or _begins(own, id) for own in self.ids)


def _begins(id: str, start: str) -> bool:
    return id == start or id.startswith(f"{start}/")


def record_of(id: str) -> str:
    """The record that holds a row, ``results/NAME.json``: its id's first word."""
    return id.split("/")[0].replace("-", "_")


def parts() -> list[Part]:
    """Every part of every measurement, in the order in which a package names them."""
    found = []
    for each in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda one: one.name):
        if each.name.startswith("_"):
            continue
        if each.ispkg:
            named = import_module(f"benchmarks.{each.name}").PARTS
            found += [Part(f"{each.name}.{part}", ids) for part, ids in named.items()]
        else:
            found.append(Part(each.name, (each.name.replace("_", "-"),)))
    return found


def parts_for(word: str) -> list[Part]:
    """What makes an id, the ids that begin so, or all of a module; empty if nothing does.

    Args:
        word: such as ``"simulator/buy/bias"``, ``"balancing/step"``, ``"next_item"``.
    """
    first, *rest = word.strip("/").split("/")
    id = "/".join([first.replace("_", "-"), *rest])
    return [part for part in parts() if part.makes(id)]
