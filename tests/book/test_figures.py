"""The style of figures."""

import io

import matplotlib as mpl
import pytest

from mtrec_lib.book import COLOURS, MARKERS, figure, title


@pytest.fixture(autouse=True)
def own_style():
    """No test leaves its style behind."""
    with mpl.rc_context():
        mpl.use("agg")
        yield
        mpl.pyplot.close("all")


def test_lines_differ_in_colour_and_marker():
    _, ax = figure()
    lines = [ax.plot([1, 2], [n, n])[0] for n in range(len(COLOURS))]
    assert [line.get_color() for line in lines] == list(COLOURS)
    assert [line.get_marker() for line in lines] == list(MARKERS)


def test_a_long_title_is_broken_into_lines_that_fit():
    fig, ax = figure()
    title(ax, "counts of what follows what are hard to beat " * 3)
    fig.canvas.draw()
    assert "\n" in ax.get_title(loc="left")
    box = next(t for t in (ax.title, ax._left_title) if t.get_text()).get_window_extent()
    assert box.x1 <= fig.bbox.x1


def test_a_figure_is_small():
    fig, ax = figure()
    for n in range(7):
        ax.plot(range(20), [n * x for x in range(20)], label=f"model {n}")
    ax.legend()
    stream = io.BytesIO()
    fig.savefig(stream, format="png")
    assert len(stream.getvalue()) <= 60_000


def test_panels_come_as_an_array():
    _, axes = figure(columns=2)
    assert axes.shape == (2,)


def test_series_stand_side_by_side_and_empty_cases_are_left_out():
    from mtrec_lib.book import series

    _, ax = figure()
    row = {"value": 0.2, "low": 0.1, "high": 0.4}
    none = dict.fromkeys(row)
    series(ax, {"a": {"rare_items": row, "others": row}, "b": {"rare_items": none, "others": row}})
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["rare\nitems", "others"]
    points = [list(bars.lines[0].get_xdata()) for bars in ax.containers]
    assert points == [[-0.05, 0.95], [1.05]]
