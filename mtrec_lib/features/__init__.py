"""From events to arrays: reading a log, windows over histories, features of the past."""

from mtrec_lib.features.baskets import Baskets
from mtrec_lib.features.beside import Beside
from mtrec_lib.features.causal import causal, families
from mtrec_lib.features.derived import derived_labels
from mtrec_lib.features.embedded import embedded
from mtrec_lib.features.feed import Feed
from mtrec_lib.features.inputs import Inputs, fit
from mtrec_lib.features.item_features import item_features
from mtrec_lib.features.item_texts import history_text, item_texts
from mtrec_lib.features.latent_factors import LatentFactors
from mtrec_lib.features.masked import Masked
from mtrec_lib.features.packed import Packed
from mtrec_lib.features.personal import Personal, personal
from mtrec_lib.features.side import side_information
from mtrec_lib.features.spec import InputSpec
from mtrec_lib.features.user_behaviour import user_behaviour
from mtrec_lib.features.user_preference import user_preference
from mtrec_lib.features.windows import Windows

__all__ = [
    "Baskets",
    "Beside",
    "Feed",
    "InputSpec",
    "Inputs",
    "LatentFactors",
    "Masked",
    "Packed",
    "Personal",
    "Windows",
    "causal",
    "derived_labels",
    "embedded",
    "families",
    "fit",
    "history_text",
    "item_features",
    "item_texts",
    "personal",
    "side_information",
    "user_behaviour",
    "user_preference",
]
