"""The packages of the extra ``pretrained``, imported when they are first needed."""

from importlib import import_module
from types import ModuleType

from mtrec_lib.core.errors import MtrecError


def needs(package: str) -> ModuleType:
    """The module ``package``.

    Raises:
        MtrecError: it is not installed; names the command that installs it.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise MtrecError(
            f"pretrained models need the package {error.name!r}, which is not installed; "
            'run  pip install "mtrec[pretrained]"'
        ) from error
