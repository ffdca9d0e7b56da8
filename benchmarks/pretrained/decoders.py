"""Our decoder as benchmarks use it, below the names that a chapter uses."""

from mtrec_lib.pretrained.decoders.decoder import Decoder
from mtrec_lib.pretrained.files.folders import load_backbone, locate

NAME = "smollm2-135m"


def smollm2() -> Decoder:
    """SmolLM2-135M, fetched, converted and loaded."""
    place = locate(NAME)
    return Decoder(place, load_backbone(place))
