"""The numbers that a chapter is stored with, and how far a fresh run may lie from them."""

from collections.abc import Mapping
from typing import Any


def drift(fresh: Mapping[str, float | None], stored: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What differs between a run's numbers and the stored ones; empty if all is within tolerance.

    Args:
        fresh: name → value, as in a run's ``metrics.json``.
        stored: name → ``{"value", "tol"}``, as in ``chapters/expected/NN.json``.

    >>> drift({"gpt.ndcg@10": 0.102}, {"gpt.ndcg@10": {"value": 0.1, "tol": 0.003}})
    []
    >>> drift({"gpt.ndcg@10": 0.2}, {"gpt.ndcg@10": {"value": 0.1, "tol": 0.003}})
    ['gpt.ndcg@10 is 0.2, stored 0.1 ± 0.003']
    """
    lines = [f"{name} is not stored" for name in fresh if name not in stored]
    for name, each in stored.items():
        value, wanted, tol = fresh.get(name), each["value"], each["tol"]
        if value is None:
            lines.append(f"{name} is missing, stored {wanted:.6g}")
        elif not abs(value - wanted) <= tol:
            lines.append(f"{name} is {value:.6g}, stored {wanted:.6g} ± {tol:g}")
    return lines
