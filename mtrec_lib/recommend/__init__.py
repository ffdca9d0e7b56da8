"""Ranked lists from a trained model: for a person of a log, or for a history that is typed in."""

from mtrec_lib.recommend.continuations import Continuations, continuations
from mtrec_lib.recommend.export import export
from mtrec_lib.recommend.recommendations import Recommendations
from mtrec_lib.recommend.top import for_user, top

__all__ = [
    "Continuations",
    "Recommendations",
    "continuations",
    "export",
    "for_user",
    "top",
]
