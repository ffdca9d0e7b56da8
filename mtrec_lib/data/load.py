"""From a name or a path to a log."""

from collections.abc import Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.log import Log

# Every data set by its name: the module and the function that make its log.
READERS = {
    "ml-100k": ("mtrec_lib.data.readers.ml_100k", "load"),
    "complete-journey": ("mtrec_lib.data.readers.complete_journey", "load"),
    "simulator": ("mtrec_lib.data.simulator.simulate", "simulate"),
}
NAMES = tuple(READERS)
_ROUTES = ("source", "route")  # arguments that say where bytes come from, for tests alone


def load(name: str | Path, **options: Any) -> Log:
    """A log by its name, or a reader's own by the path of its description.

    Args:
        name: ``ml-100k``, ``complete-journey``, ``simulator``, or a path to a ``.toml`` file
            (``data/templates/my.toml`` explains it).
        options: ``item="product_type"`` or ``"product"`` for ``complete-journey``; those of
            :func:`simulate` for ``simulator``; none for the others.

    Returns:
        The log, cleaned and validated.

    Raises:
        ParameterError: an unknown name or option.
        OfflineError: the data are neither cached nor reachable; nothing is made up instead.
        DataIntegrityError: the bytes are not those that the checksum promises.
        SchemaError: a reader's own file breaks the schema; every problem is listed.

    >>> import mtrec_lib as mt
    >>> mt.data.load("simulator", users=20, events=200).name
    'simulator'

    Taught in chapter 01.
    """
    text = str(name)
    if text.endswith(".toml"):
        _refuse_options(text, options)
        from mtrec_lib.data.readers import bring_your_own

        return bring_your_own.load(text)
    if text not in NAMES:
        _refuse_weights(text)
        close = nearest(text, NAMES, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ParameterError(
            f"no data set is called {text!r}; there are {', '.join(NAMES)}, "
            f"and paths to your own .toml{hint}"
        )
    from mtrec_lib.data.schema import validate  # pandera: slow to import

    module, function = READERS[text]
    read = getattr(import_module(module), function)
    _refuse_options(
        text, options, [each for each in signature(read).parameters if each not in _ROUTES]
    )
    return validate(read(**options))


def _refuse_weights(name: str) -> None:
    from mtrec_lib.data.sources import sources

    if name in (source.name for source in sources("weights")):
        raise ParameterError(
            f"{name!r} is a pretrained model and holds weights, not a log: "
            f"mt.pretrained.Pretrained({name!r}) loads it; logs are {', '.join(NAMES)}"
        )


def _refuse_options(name: str, options: dict[str, Any], allowed: Sequence[str] = ()) -> None:
    unknown = [option for option in options if option not in allowed]
    if unknown:
        known = f"only {', '.join(allowed)}" if allowed else "no options"
        raise ParameterError(f"{name!r} takes {known}, got {', '.join(unknown)}")
