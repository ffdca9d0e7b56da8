"""How surprised is a model by what happened?"""

import numpy as np
from numpy.typing import NDArray

from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.data.splitting.splits import Split
from mtrec_lib.evaluation.metrics import bits_per_event
from mtrec_lib.evaluation.same_items import check_same_items
from mtrec_lib.evaluation.scorer import Scorer, ability, batches, name_of, queries_of


def bits(model: Scorer, split: Split, part: str = "test", batch_size: int = 4096) -> float:
    """Bits an event: −mean log₂ p(item | history) over every event of a part.

    Every event is a target, also a person's first one, whose history is empty. Perplexity is
    ``perplexity(bits)``. Two models can be compared in bits only over one catalogue.

    Args:
        model: has ``log_prob(histories, items)`` → (n,), natural logarithms.
        split: a split of a log.
        part: ``"train"``, ``"validation"`` or ``"test"``.
        batch_size: events at a time; it changes memory and time, not the result.

    Raises:
        ParameterError: the model has no ``log_prob``, the split other items than the model's, the
            part no events, or an event's item stands outside the catalogue, where no model has a
            probability.
        DivergedError: a log probability is NaN.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> mt.evaluation.bits(mt.baselines.NGram(order=1).fit(split), split, "train") > 0
    True

    Taught in chapter 03.
    """
    return bits_per_event(log_probs(model, split, part, batch_size)[0])


def log_probs(
    model: Scorer, split: Split, part: str = "test", batch_size: int = 4096
) -> tuple[NDArray[np.float64], NDArray[np.generic]]:
    """Natural log p(item | history) of every event of a part, and whose event it is: (n,) each.

    Raises:
        ParameterError, DivergedError: as :func:`bits` does.
    """
    log_prob = ability(model, "log_prob", "bits()")
    check_same_items(model, split)
    queries = queries_of(split, part, every_event=True)
    outside = int((queries.target_items < 2).sum())
    if outside:
        raise ParameterError(
            f"{outside:,} of {len(queries):,} events of part {part!r} have items outside the "
            "catalogue, which have no probability; add them to the log's items"
        )
    logs = [log_prob(batch.histories, batch.target_items) for batch in batches(queries, batch_size)]
    values = np.concatenate([np.asarray(log, dtype=np.float64) for log in logs])
    if np.isnan(values).any():
        raise DivergedError(
            f"{name_of(model)}.log_prob() returned {int(np.isnan(values).sum()):,} NaN of "
            f"{len(values):,}; the model has diverged: lower the learning rate"
        )
    return values, queries.histories.users
