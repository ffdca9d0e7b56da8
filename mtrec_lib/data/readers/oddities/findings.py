"""One thing that is odd about a log: how bad, where, what, and what to do."""

from dataclasses import dataclass

from mtrec_lib.data.cleaning import Step

SEVERITIES = ("refused", "odd", "note")
_MARKS = {"refused": "✗", "odd": "!", "note": "·"}


@dataclass(frozen=True)
class Finding:
    """A line of the report of ``mtrec data check``.

    Args:
        severity: ``refused`` (the log cannot be loaded), ``odd`` (it can, and something is
            probably wrong) or ``note`` (it can, and this is good to know).
        where: the table, column or key.
        what: what was seen, with its count.
        cure: what to do; empty where ``what`` says it.
    """

    severity: str
    where: str
    what: str
    cure: str = ""

    @classmethod
    def of_error(cls, error: Exception, where: str) -> "Finding":
        """What an error says, on one line."""
        return cls("refused", where, "; ".join(str(error).splitlines()))

    @classmethod
    def of_problem(cls, line: str) -> "Finding":
        """A line of a list of problems, as in ``events.rating: must be …``."""
        where, _, what = line.partition(": ")
        return cls("refused", where, what)

    @classmethod
    def of_step(cls, step: Step) -> "Finding":
        """What cleaning did, with the first row that it did it to."""
        example = f" (first: {step.examples[0]})" if step.examples else ""
        severity = "odd" if step.action == "flagged" else "note"
        count = f"{step.count:,}" if step.reason.startswith("of ") else f"{step.count:,} ×"
        return cls(severity, "events", f"{step.action}: {count} {step.reason}{example}")

    def rank(self) -> int:
        """The worst first."""
        return SEVERITIES.index(self.severity)

    def __str__(self) -> str:
        line = f"{_MARKS[self.severity]} {self.severity:<7}  {self.where:<20} {self.what}"
        return f"{line}\n{'':<12}cure: {self.cure}" if self.cure else line
