"""A bidirectional transformer over events, trained on hidden ones."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from mtrec_lib.core.types import Tensor
from mtrec_lib.data import Histories, Split
from mtrec_lib.features import Masked
from mtrec_lib.features.sequences.tokens import Parts
from mtrec_lib.layers import TransformerBlock
from mtrec_lib.models.trunks.block_trunk import BlockTrunk
from mtrec_lib.models.trunks.masks import same_piece

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec_source import SpecSource


@keras.saving.register_keras_serializable("mtrec")
class BERT(BlockTrunk):
    """An encoder-only transformer: each position looks at all events of its history.

    A state therefore knows the future of its place, and the event to be predicted must be hidden
    from it: training takes :class:`mtrec_lib.features.Masked`, and a question appends a hidden
    event after the last one. That answer is a proper distribution, p(next | history). The training
    loss is not L_LM: it is a pseudo-likelihood, Σ −log p(event | events before and after it), whose
    factors do not multiply to the probability of a history. Nor does training pose the question of
    use: most hidden events have a future, the next one has none.

    Args:
        inputs: fitted ``Inputs`` (or an ``InputSpec``, or its dictionary).
        width: model dimension, a multiple of ``2 · heads``.
        layers: transformer blocks.
        heads: attention heads.
        dropout: rate in the embedding and in every block.
        rate: share of the events that are hidden in training.
        last: share of the pieces of which only the last event is hidden.
        kwargs: ``item_vectors`` and ``item_ids`` of every :class:`Trunk`, and what Keras takes.

    Shapes: ``{"item", "rating", "gap"}`` each ``(batch, length)``, and ``"segment"`` where rows are
    packed → ``(batch, length, width)``.

    >>> import numpy as np
    >>> from mtrec_lib.data import Histories
    >>> from mtrec_lib.features import InputSpec
    >>> trunk = BERT(InputSpec(items=5, max_length=4), width=8, layers=1)
    >>> trunk.arrays(Histories.from_lists([[2, 3]]))["item"].tolist()  # 1: what comes next?
    [[0, 2, 3, 1]]

    Source: Devlin et al., arXiv:1810.04805; Sun et al., arXiv:1904.06690 (BERT4Rec).
    Taught in chapter 04.
    """

    causal = False

    def __init__(
        self,
        inputs: "SpecSource",
        width: int = 64,
        layers: int = 2,
        heads: int = 2,
        dropout: float = 0.2,
        rate: float = 0.2,
        last: float = 0.1,
        **kwargs: Any,
    ) -> None:
        self.heads, self.rate, self.last = heads, rate, last
        super().__init__(inputs, width=width, layers=layers, dropout=dropout, **kwargs)

    def make_block(self, name: str) -> keras.layers.Layer:
        """A transformer block."""
        return TransformerBlock(self.width, self.heads, self.dropout, name=name)

    def block_mask(self, segment: Tensor) -> Tensor:
        """The mask of pieces: all of one's own piece, before and after."""
        return same_piece(segment)

    def feed(self, split: Split, part: Parts = "train", **settings: Any) -> Masked:
        """Packed rows with hidden events."""
        known: dict[str, Any] = {"beside": self.beside, "people": self.people}
        own = {"rate": self.rate, "last": self.last}
        return Masked(self.spec, split, part, **(known | own | settings))

    def arrays(self, histories: Histories) -> dict[str, np.ndarray]:
        """The pasts of people, each with a hidden event after it; no begin mark stands before."""
        past = self.spec.arrays(histories, self.spec.max_length - 1)
        past["item"] = np.where(past["item"] == self.spec.begin, 0, past["item"])
        query = {
            name: np.pad(read, ((0, 0), (0, 1)), constant_values=Masked.unknown(name))
            for name, read in past.items()
        }
        return query | self.of_people(histories)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {
            "heads": self.heads,
            "rate": self.rate,
            "last": self.last,
        }
