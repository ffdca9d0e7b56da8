"""One quiet style for every figure: colours for all eyes, doubled by markers and line styles."""

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The palette of Okabe and Ito, which people with any colour vision can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_INK, _FAINT = "#222222", "#DDDDDD"


def _style() -> dict[str, Any]:
    from cycler import cycler

    return {
        "figure.dpi": 100,
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": cycler(color=COLOURS) + cycler(marker=MARKERS),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#888888",
        "axes.labelcolor": _INK,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titlepad": 10,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": _FAINT,
        "grid.linewidth": 0.8,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "xtick.color": "#555555",
        "ytick.color": "#555555",
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "font.size": 10,
    }


def figure(
    width: float = 6.4, height: float = 3.6, columns: int = 1, rows: int = 1
) -> tuple["Figure", Any]:
    """A figure in the style of the book, and its axes, as ``matplotlib.pyplot.subplots`` returns.

    Lines take their colour and their marker from one cycle (``COLOURS``, ``MARKERS``).

    Args:
        width, height: inches; 100 dots an inch.
        columns, rows: the grid of panels.

    Returns:
        ``(fig, ax)``; ``ax`` is an array of axes if there is more than one panel.

    >>> fig, ax = figure()
    >>> lines = ax.plot([1, 2, 3], [0.1, 0.2, 0.3])

    Taught in chapter 00.
    """
    import matplotlib.pyplot as plt

    for name, value in _style().items():
        plt.rcParams[name] = value  # type: ignore[index]
    return plt.subplots(rows, columns, figsize=(width, height))


def title(ax: "Axes", sentence: str) -> None:
    """Put a finding over a panel, broken into lines that fit.

    Args:
        ax: the panel.
        sentence: what ``claim`` or ``verdict`` returned.

    >>> fig, ax = figure()
    >>> title(ax, "Counts are hard to beat")

    Taught in chapter 00.
    """
    inches = ax.figure.get_figwidth() * ax.get_position().width  # type: ignore[union-attr]
    letters = max(20, int(inches * 72 / (0.52 * float(ax.title.get_fontsize()))))
    ax.set_title("\n".join(textwrap.wrap(sentence, letters)))
