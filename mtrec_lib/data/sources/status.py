"""What lies in the cache."""

from typing import Any

import polars as pl

from mtrec_lib.core.errors import DataIntegrityError
from mtrec_lib.data.sources.registry import Source, sources
from mtrec_lib.data.sources.store import folder, installed, verify


def status() -> pl.DataFrame:
    """One row a source: what it is, whose it is, and whether it is in the cache.

    Returns:
        ``name``, ``kind``, ``title``, ``state``, ``route``, ``megabytes``, ``licence`` and
        ``used_for``.

    ``state`` is ``ready``, ``absent``, or ``damaged`` with the file that is; ``megabytes`` is what
    the cache holds of it. Every cached file is hashed.

    Taught in chapter 01.
    """
    schema = {
        "name": pl.String,
        "kind": pl.String,
        "title": pl.String,
        "state": pl.String,
        "route": pl.String,
        "megabytes": pl.Float64,
        "licence": pl.String,
        "used_for": pl.String,
    }
    return pl.DataFrame([_row(source) for source in sources()], schema=schema)


def _row(source: Source) -> dict[str, Any]:
    route = installed(source)
    files = folder(source).glob("*") if route else ()
    size = sum(path.stat().st_size for path in files) / 1e6
    return {
        "name": source.name,
        "kind": source.kind,
        "title": source.title,
        "state": _state(source, route),
        "route": route,
        "megabytes": size,
        "licence": source.licence,
        "used_for": source.used_for,
    }


def _state(source: Source, route: str | None) -> str:
    if route is None:
        return "absent"
    try:
        verify(source, route)
    except DataIntegrityError as error:
        return f"damaged: {error}"
    return "ready"
