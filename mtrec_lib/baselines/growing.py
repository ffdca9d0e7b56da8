"""Arrays of a model that get room for new items."""

from typing import Any

import numpy as np
from scipy import sparse


def grown_array(values: Any, axes: tuple[int, ...], new: int) -> Any:
    """``values`` with ``new`` more zeros at the end of some axes.

    Args:
        values: an array, or a sparse array of two axes.
        axes: which axes are items.
        new: how many items are added.

    >>> grown_array(np.ones((2, 2)), (1,), 1).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]
    """
    if not sparse.issparse(values):
        return np.pad(values, [(0, new if axis in axes else 0) for axis in range(values.ndim)])
    rows, columns = (size + (new if n in axes else 0) for n, size in enumerate(values.shape))
    pointers = np.pad(values.indptr, (0, rows - values.shape[0]), mode="edge")
    return sparse.csr_array((values.data, values.indices, pointers), shape=(rows, columns))
