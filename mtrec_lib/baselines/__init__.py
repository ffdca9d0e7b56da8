"""Counting models, in NumPy and SciPy: what every other model has to beat."""

from mtrec_lib.baselines.base import Baseline as Baseline
from mtrec_lib.baselines.decayed_counts import DecayedCounts as DecayedCounts
from mtrec_lib.baselines.item_knn import ItemKNN as ItemKNN
from mtrec_lib.baselines.lifts import Lifts as Lifts
from mtrec_lib.baselines.log_linear import LogLinear as LogLinear
from mtrec_lib.baselines.ngram import NGram as NGram
from mtrec_lib.baselines.personal_frequency import PersonalFrequency as PersonalFrequency
from mtrec_lib.baselines.popularity import Popularity as Popularity
from mtrec_lib.baselines.tifu_knn import TIFUKNN as TIFUKNN
from mtrec_lib.baselines.vector_knn import TextKNN as TextKNN
from mtrec_lib.baselines.vector_knn import VectorKNN as VectorKNN

__all__ = [
    "TIFUKNN",
    "DecayedCounts",
    "ItemKNN",
    "Lifts",
    "LogLinear",
    "NGram",
    "PersonalFrequency",
    "Popularity",
    "TextKNN",
    "VectorKNN",
]
