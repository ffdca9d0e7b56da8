"""The two ways in which a sentence of a chapter can be false, and why a chapter is skipped."""

from mtrec_lib.core.errors import MtrecError, RunError


class CheckError(MtrecError, AssertionError):
    """An identity or a step of a derivation does not hold.

    Taught in chapter 00.
    """


class ClaimError(MtrecError, AssertionError):
    """An empirical sentence is false at the parameters that the chapter is stored with.

    Taught in chapter 00.
    """


class SkippedError(RunError):
    """A chapter needs packages that are not installed: it is neither done nor failed.

    Taught in chapter 05.
    """
