"""Does the order of a log come from a list that everybody was shown?"""

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.log import Log


def shared_order(
    log: Log, least: int, most: int, steps: int = 20, often: int = 20, seed: int = 0
) -> dict[str, float | None]:
    """How often do pairs of items come in the same order for different people?

    Of all pairs of one person's events at most ``steps`` apart and ``least`` … ``most`` seconds
    apart, those pairs of items are taken that occur often. A pair in its commoner order scores; if
    order means nothing, it does so as often as the flips of a coin, which is more than one half.

    Args:
        log: a log; without times every pair is 0 seconds apart.
        least, most: seconds between the two events, both included.
        steps: events between them at most.
        often: how often a pair of items must occur to be counted.
        seed: of the coin.

    Returns:
        ``log`` and ``coin``: share of pairs in their commoner order, None where no pair is
        frequent; ``pairs``: how many pairs of items were.

    Raises:
        ParameterError: ``least`` above ``most``, or ``steps`` or ``often`` below 1.

    >>> import mtrec_lib as mt
    >>> shares = shared_order(mt.data.load("simulator", users=50, events=2000), 0, 3600)
    >>> sorted(shares)
    ['coin', 'log', 'pairs']

    Taught in chapter 04.
    """
    if least > most or steps < 1 or often < 1:
        raise ParameterError(
            f"least must be ≤ most, steps and often ≥ 1, got {least}, {most}, {steps} and {often}"
        )
    pasts = Histories.from_events(log.events, log.catalogue)
    person, item = pasts.flat("item")
    item, time = item.astype(np.int64), pasts.flat("timestamp")[1]
    pairs = []
    for d in range(1, min(steps, len(item) - 1) + 1):
        gap = time[d:] - time[:-d]
        pair = (person[d:] == person[:-d]) & (item[d:] != item[:-d])
        pair &= (least <= gap) & (gap <= most)
        pairs.append(np.stack([item[:-d][pair], item[d:][pair]]))
    first, second = np.concatenate(pairs, axis=1)
    key = np.minimum(first, second) * (log.catalogue.size + 2) + np.maximum(first, second)
    _, number, times = np.unique(key, return_inverse=True, return_counts=True)
    rising = np.bincount(number, weights=first < second, minlength=len(times))
    coin = generator(seed, "order").binomial(times, 0.5)
    frequent = times >= often

    def share(rising: np.ndarray) -> float | None:
        commoner = np.maximum(rising, times - rising)[frequent].sum()
        return float(commoner / times[frequent].sum()) if frequent.any() else None

    return {"log": share(rising), "coin": share(coin), "pairs": int(frequent.sum())}
