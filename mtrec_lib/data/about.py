"""What is known about a log beside its rows."""

from dataclasses import dataclass

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.splitting.protocol import DECLARED, Protocol, protocol_of

PROTOCOLS = DECLARED


@dataclass(frozen=True)
class About:
    """The terms, the scales and the caveats of a log.

    Args:
        title: the name to print.
        licence: the terms of use, in the owner's words where possible.
        acknowledgement: the citation that the owner asks for.
        source: where the rows come from.
        unit: what one item is, as in ``"film"`` or ``"product type"``.
        caveats: what a reader must know before drawing conclusions.
        repeats: whether people come back to the same item; then earlier items are not masked
            when ranking.
        grades: the rating scale in ascending order; empty for a log without ratings.
        like_at: a rating ≥ ``like_at`` counts as a like; None where nothing does.
        currency: the unit of prices, as in ``"USD"``.
        simulated: whether the people are made up.
        split: the log's own protocol: ``leave_last_out``, ``global_time`` or ``by_week``.
        validation_weeks: first and last week of the validation part under ``by_week``, counted
            from the first week of the log, which is week 1; None for weeks 47 to 49 of a year.
        test_weeks: those of the test part, later than the others.

    Raises:
        ParameterError: an unknown ``split``, grades that do not ascend, a ``like_at`` without
            grades or outside them, weeks that do not follow each other.

    >>> About(title="Films", licence="own", unit="film", grades=(1.0, 2.0, 3.0), like_at=3.0).split
    'leave_last_out'

    Taught in chapter 01.
    """

    title: str
    licence: str
    acknowledgement: str = ""
    source: str = ""
    unit: str = "item"
    caveats: tuple[str, ...] = ()
    repeats: bool = False
    grades: tuple[float, ...] = ()
    like_at: float | None = None
    currency: str | None = None
    simulated: bool = False
    split: str = "leave_last_out"
    validation_weeks: tuple[int, int] | None = None
    test_weeks: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.split not in PROTOCOLS:
            close = nearest(str(self.split), PROTOCOLS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ParameterError(
                f"split must be one of {', '.join(PROTOCOLS)}, got {self.split!r}{hint}"
            )
        if any(low >= high for low, high in zip(self.grades, self.grades[1:], strict=False)):
            raise ParameterError(
                f"grades must ascend without repetition, got {self.grades}; sort them"
            )
        if self.like_at is not None and not self._grade_is_reachable(self.like_at):
            raise ParameterError(
                f"like_at must lie within the grades {self.grades}, got {self.like_at}; "
                "leave it out where nothing counts as a like"
            )

        if (self.validation_weeks, self.test_weeks) != (None, None):
            self._check_weeks(self.validation_weeks, self.test_weeks)

    @property
    def protocol(self) -> Protocol:
        """The rule that :attr:`split` names."""
        return protocol_of(self.split)

    def _check_weeks(
        self, validation: tuple[int, int] | None, test: tuple[int, int] | None
    ) -> None:
        if "week" not in self.protocol.needs:
            raise ParameterError(
                f"validation_weeks and test_weeks belong to split = 'by_week', got {self.split!r}"
            )
        pairs = all(weeks is not None and len(weeks) == 2 for weeks in (validation, test))
        numbers = [*(validation or ()), *(test or ())]
        whole = all(isinstance(week, int) and not isinstance(week, bool) for week in numbers)
        if not (pairs and whole and _follow(numbers)):
            raise ParameterError(
                "validation_weeks and test_weeks must be the first and the last week of each part, "
                f"after at least one week that trains, as in [9, 10] and [11, 12], got {validation}"
                f" and {test}"
            )

    def _grade_is_reachable(self, grade: float) -> bool:
        return bool(self.grades) and self.grades[0] <= grade <= self.grades[-1]


def _follow(weeks: list[int]) -> bool:
    first, end, second, last = weeks
    return 2 <= first <= end < second <= last
