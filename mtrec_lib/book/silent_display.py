"""What has been printed already and need not be printed again.

A cell that ends with ``claim(...)`` or ``show(...)`` would show the value once more below its line,
and for a number of the machine's own to all its digits. IPython asks an object how to display it;
these two say nothing.
"""


class Sentence(str):
    """A text that a notebook does not display by itself."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        """Nothing: it was printed where it was said."""


class Number(float):
    """A number that a notebook does not display by itself."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        """Nothing: it was printed where it was shown."""
