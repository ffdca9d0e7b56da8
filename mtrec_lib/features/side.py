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
    blocks = [_unit_rows(catalogue.category_matrix)]
    names = [f"category:{name}" for name in catalogue.categories]
    for column, bins in (("year", _year_bins), ("price", _price_bins)):
        if column in catalogue.items.columns:
            block, labels = bins(catalogue.items[column])
            blocks.append(block)
            names += [f"{column}:{label}" for label in labels]
    body = np.concatenate(blocks, axis=1).astype(np.float32)
    return np.pad(body, ((2, 1), (0, 0))), tuple(names)


def _unit_rows(matrix: np.ndarray) -> np.ndarray:
    length = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return matrix / np.maximum(length, 1e-9)


def _one_hot(bins: np.ndarray) -> np.ndarray:
    """Columns for the values ≥ 0 that occur, in order; negative means unknown: all zeros."""
    values = np.unique(bins[bins >= 0])
    return (bins[:, None] == values[None, :]).astype(np.float32)


def _year_bins(year: pl.Series) -> tuple[np.ndarray, list[str]]:
    number = year.cast(pl.Int64).fill_null(-1).to_numpy()
    bins = np.where(number >= 0, number // YEARS_PER_BIN, -1)
    starts = np.unique(bins[bins >= 0]) * YEARS_PER_BIN
    return _one_hot(bins), [f"{start}–{start + YEARS_PER_BIN - 1}" for start in starts]


def _price_bins(price: pl.Series) -> tuple[np.ndarray, list[str]]:
    value = price.cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = np.isfinite(value)
    if not known.any():
        return np.zeros((len(value), 0), np.float32), []
    edges = np.unique(np.quantile(value[known], np.linspace(0, 1, PRICE_BINS + 1)[1:-1]))
    bins = np.where(known, np.searchsorted(edges, np.nan_to_num(value), side="right"), -1)
    return _one_hot(bins), [f"class {number + 1}" for number in np.unique(bins[bins >= 0])]
