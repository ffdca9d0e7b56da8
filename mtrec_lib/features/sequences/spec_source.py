"""What a layer or a trunk reads its sizes from."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec

SpecSource: TypeAlias = "InputSpec | Inputs | dict[str, Any]"
"""A spec, fitted ``Inputs``, or a spec's dictionary: what ``InputSpec.of`` takes."""
