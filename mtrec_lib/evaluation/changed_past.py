"""A model that is asked about changed pasts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.histories import Histories
from mtrec_lib.evaluation.scorer import Scorer, ability, name_of


class ChangedPast:
    """A scorer that changes every past before its model sees it: what does the model use?

    What a person has had is still masked by the whole past, as :func:`rank` masks it.

    Args:
        model: any scorer; it is not trained again.
        change: a function of pasts, such as ``mt.data.shuffled``.
        name: how it is named in tables.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = mt.baselines.NGram(order=1).fit(split)
    >>> last = ChangedPast(model, lambda pasts: mt.data.shortened(pasts, 1))
    >>> whole, cut = (mt.evaluation.rank(each, split).metrics for each in (model, last))
    >>> whole == cut  # it looks at the last event only
    True

    Taught in chapter 04.
    """

    def __init__(
        self, model: Scorer, change: Callable[[Histories], Histories], name: str | None = None
    ) -> None:
        self.model, self.change = model, change
        self.name = name or f"{name_of(model)}, past changed"

    @property
    def catalogue(self) -> Catalogue:
        """The items that its model scores."""
        return self.model.catalogue

    @property
    def popularity(self) -> NDArray[np.number]:
        """``(items,)`` as its model counted."""
        return self.model.popularity

    @property
    def repeats(self) -> bool:
        """Whether people come back to the same item in its model's log."""
        return bool(self.model.repeats)

    def scores(self, histories: Histories) -> NDArray[np.floating]:
        """Its model's scores of the changed pasts: ``(n, catalogue.size)``."""
        return self.model.scores(self.change(histories))

    def log_prob(self, histories: Histories, items: ArrayLike) -> NDArray[np.float64]:
        """Its model's ln p(item | changed past): ``(n,)``."""
        return ability(self.model, "log_prob", "a changed past")(self.change(histories), items)
