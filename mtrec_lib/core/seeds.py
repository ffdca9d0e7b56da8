"""Seeds that are derived, never drawn: the same names give the same numbers on every machine."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def derive(seed: int, *names: object) -> int:
    """A seed in [0, 2**63) for the part of a computation that ``names`` name.

    >>> derive(0, "shuffle", 3) == derive(0, "shuffle", 3)
    True
    >>> derive(0, "shuffle", 3) == derive(0, "shuffle", 4)
    False
    """
    text = "/".join([str(int(seed)), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big") >> 1


def generator(seed: int, *names: object) -> "np.random.Generator":
    """A NumPy generator seeded by :func:`derive`."""
    import numpy as np  # here, for `import mtrec_lib` must stay cheap

    return np.random.default_rng(derive(seed, *names))
