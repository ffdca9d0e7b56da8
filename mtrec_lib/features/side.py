"""Side information of items as numbers: categories, age and price class."""

import numpy as np
import polars as pl

from mtrec_lib.data import Catalogue

YEARS_PER_BIN = 8
PRICE_BINS = 8


def side_information(catalogue: Catalogue) -> tuple[np.ndarray, tuple[str, ...]]:
    """Known-in-advance properties of every item, one row an item id.

    Args:
        catalogue: the items, with categories and, where known, year and price.

    Returns:
        ``(size + 3, side)`` float32 for padding, unknown, the catalogue and the begin mark (rows
        of the three marks are zero), and the names of the columns. Categories are scaled to unit
        length, so that an item with five of them does not weigh more than one with a single one.

    Taught in chapter 02.
    """
    names = [f"category:{name}" for name in catalogue.categories]
    names += [f"year:{start}–{start + YEARS_PER_BIN - 1}" for start in _starts(catalogue)]
    names += [f"price:class {number + 1}" for number in _classes(catalogue)]
    return np.pad(side_of(catalogue, catalogue), ((2, 1), (0, 0))), tuple(names)


def side_of(items: Catalogue, fitted: Catalogue) -> np.ndarray:
    """Properties of some items, in the columns that :func:`side_information` makes of ``fitted``.

    A category, a decade or a price class that ``fitted`` does not have is left out.

    Args:
        items: the items.
        fitted: the catalogue that says what the columns are.

    Returns:
        ``(items.size, side)`` float32, a row an item.
    """
    categories = Catalogue(items.items, fitted.categories).category_matrix
    years, prices = _bins_of_years(items), _bins_of_prices(items, fitted)
    blocks = [_unit_rows(categories)]
    blocks += [years[:, None] == _starts(fitted) // YEARS_PER_BIN]
    blocks += [prices[:, None] == _classes(fitted)]
    return np.concatenate(blocks, axis=1).astype(np.float32)


def _unit_rows(matrix: np.ndarray) -> np.ndarray:
    length = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return matrix / np.maximum(length, 1e-9)


def _bins_of_years(catalogue: Catalogue) -> np.ndarray:
    """``(size,)`` int64 number of the span of years; −1 unknown."""
    if "year" not in catalogue.items.columns:
        return np.full(catalogue.size, -1)
    number = catalogue.items["year"].cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(number >= 0, number // YEARS_PER_BIN, -1)


def _starts(catalogue: Catalogue) -> np.ndarray:
    """First years of the spans that occur."""
    bins = _bins_of_years(catalogue)
    return np.unique(bins[bins >= 0]) * YEARS_PER_BIN


def _prices(catalogue: Catalogue) -> np.ndarray:
    """``(size,)`` float64; NaN unknown."""
    if "price" not in catalogue.items.columns:
        return np.full(catalogue.size, np.nan)
    return catalogue.items["price"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _bins_of_prices(items: Catalogue, fitted: Catalogue) -> np.ndarray:
    """``(size,)`` number of the class between quantiles of the prices of ``fitted``; −1 unknown."""
    value, known = _prices(items), _prices(fitted)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.full(items.size, -1)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, PRICE_BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, np.nan_to_num(value), side="right")
    return np.where(np.isfinite(value), bins, -1)


def _classes(catalogue: Catalogue) -> np.ndarray:
    """Numbers of the price classes that occur."""
    bins = _bins_of_prices(catalogue, catalogue)
    return np.unique(bins[bins >= 0])
