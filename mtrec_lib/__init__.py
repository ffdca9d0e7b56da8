"""mtrec: multi-task recommender systems with a language model as the unified framework.

``import mtrec_lib as mt`` is cheap and silent: rooms are imported when they are first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from mtrec_lib.core.runtime.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from mtrec_lib import baselines as baselines
    from mtrec_lib import book as book
    from mtrec_lib import core as core
    from mtrec_lib import data as data
    from mtrec_lib import evaluation as evaluation
    from mtrec_lib import features as features
    from mtrec_lib import layers as layers
    from mtrec_lib import losses as losses
    from mtrec_lib import models as models
    from mtrec_lib import pretrained as pretrained
    from mtrec_lib import recommend as recommend
    from mtrec_lib import tasks as tasks
    from mtrec_lib import training as training
    from mtrec_lib.saving import load as load
    from mtrec_lib.saving import save as save
else:
    _ROOMS = (
        "baselines book core data evaluation features layers losses models pretrained recommend "
        "tasks training"
    ).split()

    def __getattr__(name):
        if name in _ROOMS:
            return import_module(f"mtrec_lib.{name}")
        if name in {"load", "save"}:
            return getattr(import_module("mtrec_lib.saving"), name)
        raise AttributeError(f"module 'mtrec_lib' has no attribute {name!r}")

    def __dir__():
        return sorted([*_ROOMS, "load", "save", "__version__"])


__version__ = "0.1.0"

quiet_tensorflow()
