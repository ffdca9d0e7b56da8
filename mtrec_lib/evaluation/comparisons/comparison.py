"""The difference between two models, and the word that it allows."""

import math
from dataclasses import dataclass

from mtrec_lib.core.errors import ParameterError

BETTER, WORSE, NO_WORSE, LEVEL_WITH = "better", "worse", "no worse", "level"
OPEN = "cannot be told apart"
WORDS = (BETTER, WORSE, NO_WORSE, LEVEL_WITH, OPEN)

# Of these measures less is better; of every other one more.
COSTS = ("loss", "bits", "nats", "perplexity", "error", "rmse", "mae")


@dataclass(frozen=True)
class Comparison:
    """The difference between two models in one metric, A − B, with a 95 % interval.

    It writes its own word, from its interval and, where there is one, its margin δ; the first that
    holds: ``level`` (the whole interval within ±δ), ``better`` (all of it on A's side of 0),
    ``worse`` (all of it on B's side), ``no worse`` (none of it below −δ), else
    ``cannot be told apart``. An interval that holds 0 never shows that two models are level.

    Args:
        metric: what was compared.
        a: mean of A over seeds.
        b: mean of B over seeds.
        difference: a − b.
        low: lower end of the difference's interval.
        high: its upper end.
        ratio: a / b; NaN when b is 0, and so are its ends.
        ratio_low: lower end of the ratio's interval.
        ratio_high: its upper end.
        p_value: two-sided, of the hypothesis that the difference is 0; NaN where a record has none.
        users: number of people.
        seeds: number of seeds of A and of B. With one seed the interval covers people only: it
            says nothing about another training run. 0 where nothing is random, as in counting;
            None where a record does not say.
        margin: δ, in the unit of the metric: a loss that was said *before measuring* to be no
            loss; None where nobody did.
        less_is_better: whether a smaller value is the better one, as of an error.

    Raises:
        ParameterError: a margin that is negative or not finite.

    Taught in chapter 07.
    """

    metric: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    p_value: float
    users: int
    seeds: tuple[int, int | None]
    margin: float | None = None
    less_is_better: bool = False

    def __post_init__(self) -> None:
        if self.margin is not None and not (math.isfinite(self.margin) and self.margin >= 0):
            raise ParameterError(
                f"margin must be a finite number of at least 0, in the unit of {self.metric}, or "
                f"None where no δ was fixed before; got {self.margin!r}"
            )

    @property
    def lead(self) -> tuple[float, float, float]:
        """By how much A is ahead, and both ends of its interval; negative where B is."""
        if self.less_is_better:
            return -self.difference, -self.high, -self.low
        return self.difference, self.low, self.high

    @property
    def word(self) -> str:
        """What the interval allows to say of A beside B: one of ``WORDS``."""
        _, low, high = self.lead
        if self.margin is not None and -self.margin <= low and high <= self.margin:
            return LEVEL_WITH
        if low > 0:
            return BETTER
        if high < 0:
            return WORSE
        return NO_WORSE if self.margin is not None and low >= -self.margin else OPEN

    @property
    def figures(self) -> str:
        """The lead with its interval, such as ``ahead by 0.008 (−0.005 to 0.021)``."""
        lead, low, high = self.lead
        largest = max(abs(lead), abs(low), abs(high))
        usable = math.isfinite(largest) and largest > 0
        places = max(0, min(8, 1 - math.floor(math.log10(largest)))) if usable else 3
        side = "ahead by" if lead > 0 else "behind by" if lead < 0 else "no difference:"
        low_words, high_words = (f"{end:,.{places}f}".replace("-", "−") for end in (low, high))
        return f"{side} {abs(lead):,.{places}f} ({low_words} to {high_words})"

    @property
    def runs(self) -> str:
        """How many seeds stand behind it, such as ``1 seed`` or ``5 seeds against 1``."""
        ours, theirs = self.seeds
        if ours == 0 and theirs == 0:
            return "nothing random"
        words = "1 seed" if ours == 1 else f"{ours} seeds"
        if theirs is None:
            return f"{words}, the other side's not recorded"
        return words if ours == theirs else f"{words} against {theirs}"

    def __str__(self) -> str:
        return (
            f"{self.metric} {self.a:.4f} against {self.b:.4f}, {self.figures}: {self.word}; "
            f"{self.users:,} people, {self.runs}"
        )


def costs(metric: str) -> bool:
    """Whether less of ``metric`` is better, by its name.

    >>> costs("ndcg@10"), costs("log_loss"), costs("squared_error")
    (False, True, True)
    """
    return any(part in COSTS for part in metric.lower().replace(" ", "_").split("_"))
