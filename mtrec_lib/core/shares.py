"""Shares of a whole: how a thing is cut into three parts."""

from mtrec_lib.core.errors import ParameterError

Shares = tuple[float, float, float]


def three_shares(name: str, shares: Shares) -> Shares:
    """The shares, if they are three numbers above 0 that add to 1.

    Args:
        name: of the argument, for the error.
        shares: of the first, the second and the third part.

    Raises:
        ParameterError: another number of shares, one that is not above 0, or another sum.

    >>> three_shares("fractions", (0.8, 0.1, 0.1))
    (0.8, 0.1, 0.1)
    """
    if len(shares) != 3 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise ParameterError(f"{name} must be three shares > 0 that add to 1, got {shares}")
    return shares
