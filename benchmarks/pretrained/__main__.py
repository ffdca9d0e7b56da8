"""``python -m benchmarks.pretrained``: run the parts, put their rows into the record."""

import sys
from pathlib import Path

from benchmarks import _parts

PARTS = (
    "minilm",
    "smollm2",
    "score_titles",
    "cold_items",
    "few_events",
    "reader",
    "two_tower",
    "zero_shot",
    "load",
)


def main(words: list[str], folder: Path | None = None) -> int:
    """Run what is asked for; not zero if a part broke. ``folder`` is that of the record."""
    return _parts.run("pretrained", PARTS, words, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
