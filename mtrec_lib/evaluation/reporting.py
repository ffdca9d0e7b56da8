"""How results are shown: as a table, and as lines of text."""

from collections.abc import Mapping

import polars as pl

Interval = tuple[float, float]

_NUMBERS = dict.fromkeys(("value", "low", "high"), pl.Float64)


def results_table(
    values: Mapping[str, float | None], intervals: dict[str, Interval]
) -> pl.DataFrame:
    """Metrics and their intervals, one row each."""
    ends = [intervals.get(metric, (None, None)) for metric in values]
    columns = {
        "metric": list(values),
        "value": list(values.values()),
        "low": [low for low, _ in ends],
        "high": [high for _, high in ends],
    }
    return pl.DataFrame(columns, schema_overrides=_NUMBERS)


def results_lines(values: dict[str, float], intervals: dict[str, Interval]) -> list[str]:
    """Metrics and their intervals, one line each."""
    lines = []
    for metric, value in values.items():
        ends = intervals.get(metric)
        interval = f"  [{ends[0]:.4f}, {ends[1]:.4f}]" if ends else ""
        lines.append(f"{metric:<12} {value:.4f}{interval}")
    return lines
