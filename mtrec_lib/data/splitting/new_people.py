"""A split by people: those who test were never trained on."""

import numpy as np
import polars as pl

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.shares import Shares, three_shares
from mtrec_lib.data.log import Log
from mtrec_lib.data.splitting.parts import PARTS
from mtrec_lib.data.splitting.protocol import NewPeople
from mtrec_lib.data.splitting.splits import Split


def new_people(log: Log, fractions: Shares = (0.8, 0.1, 0.1), seed: int = 0) -> Split:
    """Some people train, others validate, others test: each person is whole in one part.

    Every event of a test person is a question, the first one included, whose history is empty: so
    it can be measured how a model serves somebody after their first 0, 1, 2, … events. The people
    are drawn without regard to time: what trains may have happened after what tests.

    Args:
        log: a log.
        fractions: shares of people who train, validate and test, each > 0, together 1.
        seed: who is who.

    Returns:
        A split under the protocol ``new_people``.

    Raises:
        ParameterError: fractions that are no shares, or a part that would be empty.

    >>> import mtrec_lib as mt
    >>> split = new_people(mt.data.load("simulator", users=20, events=400))
    >>> [split.events.filter(part=part)["user_id"].n_unique() for part in ("train", "test")]
    [16, 2]

    Taught in chapter 04.
    """
    three_shares("fractions", fractions)
    people = log.events["user_id"].unique().sort()
    cuts = [round(len(people) * share) for share in (fractions[0], fractions[0] + fractions[1])]
    if not 0 < cuts[0] < cuts[1] < len(people):
        raise ParameterError(
            f"fractions {fractions} of {len(people)} people leave a part of {log.name!r} empty; "
            "choose larger shares or a log with more people"
        )
    rank = generator(seed, "new people").permutation(len(people))
    part = np.array(PARTS)[np.searchsorted(cuts, rank, side="right")]
    table = pl.DataFrame({"user_id": people, "part": part})
    events = log.events.join(table, on="user_id", how="left", maintain_order="left")
    about = "of all people {:.0%} train, {:.0%} others validate, {:.0%} others test"
    return Split(log, NewPeople(), events, about.format(*fractions))
