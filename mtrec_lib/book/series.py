"""Several models in several cases, each a point with its interval."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Cases = Mapping[str, Mapping[str, float | None]]


def series(ax: "Axes", found: Mapping[str, Cases], line: bool = False, **labels: Any) -> None:
    """Draw points with intervals, the series side by side, the cases along the axis.

    Args:
        ax: the panel; it gets a legend, a tick a case, and 0 at the bottom if all is above.
        found: series → case → ``value``, ``low``, ``high``, as :func:`mtrec_lib.evaluation.sliced`
            returns them; a case without a value is left out.
        line: join the points of a series, where the cases have an order.
        labels: for ``ax.set``, such as ``xlabel`` and ``ylabel``.

    >>> from mtrec_lib.book import figure
    >>> fig, ax = figure()
    >>> series(ax, {"gpt": {"rare": {"value": 0.1, "low": 0.0, "high": 0.2}}})

    Taught in chapter 04.
    """
    cases = list(dict.fromkeys(case for rows in found.values() for case in rows))
    shifts = 0.1 * (np.arange(len(found)) - (len(found) - 1) / 2)
    for shift, (name, rows) in zip(shifts, found.items(), strict=True):
        valued = [case for case in cases if rows.get(case, {}).get("value") is not None]
        value, low, high = (
            np.array([rows[c][k] for c in valued]) for k in ("value", "low", "high")
        )
        place = np.array([cases.index(case) for case in valued]) + shift
        style = "-" if line else ""
        ends = np.maximum([value - low, high - value], 0)
        ax.errorbar(place, value, ends, label=name.replace("_", " "), linestyle=style, capsize=3)
    words = [case.replace("_", " ").replace(" ", "\n", 1) for case in cases]
    ax.set_xticks(range(len(cases)), words)
    if ax.get_ylim()[0] > 0:
        ax.set_ylim(0, None)
    ax.set(**labels)
    ax.legend(ncols=len(found))
