"""What a reader may have meant."""

import difflib
from collections.abc import Iterable


def nearest(word: str, options: Iterable[str], n: int = 3) -> list[str]:
    """The ``n`` options most like ``word``, best first, ignoring case.

    >>> nearest("epocs", ["epochs", "seed", "width"], n=1)
    ['epochs']
    """
    folded: dict[str, str] = {}
    for option in options:
        folded.setdefault(option.casefold(), option)
    matches = difflib.get_close_matches(word.casefold(), list(folded), n=n, cutoff=0.5)
    return [folded[name] for name in matches]
