"""What only a notebook or a run needs: parameters, claims, records, figures, runs, exercises."""

from mtrec_lib.book.claims import check, claim, show, table
from mtrec_lib.book.exercises import answer
from mtrec_lib.book.figures import COLOURS, MARKERS, figure, title
from mtrec_lib.book.needs import needs
from mtrec_lib.book.parameters import parameters
from mtrec_lib.book.series import series
from mtrec_lib.book.verdicts import recorded, records, verdict

__all__ = [
    "COLOURS",
    "MARKERS",
    "answer",
    "check",
    "claim",
    "figure",
    "needs",
    "parameters",
    "recorded",
    "records",
    "series",
    "show",
    "table",
    "title",
    "verdict",
]
