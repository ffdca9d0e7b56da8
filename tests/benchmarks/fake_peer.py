"""A peer that counts: what the scripts in ``benchmarks/next_item/peers`` do, without training."""

import sys
from pathlib import Path

import numpy as np

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "next_item" / "peers"
sys.path.insert(0, str(PEERS))

from _given import TRAIN, Diary, arguments  # noqa: E402


def main() -> None:
    """Popularity, a little less noisy each epoch."""
    given, settings, folder = arguments()
    if "exit" in settings:
        sys.exit(settings["exit"])
    diary = Diary(given, settings["patience"], settings["max_seconds"])
    counts = np.bincount(given.item[given.part == TRAIN], minlength=given.size)
    rng = np.random.default_rng(settings["seed"])
    for epoch in range(settings["epochs"]):
        noise = rng.normal(size=given.size) / (1 + epoch)
        row = (counts + noise).astype(np.float32)
        diary.epoch(lambda part, row=row: np.tile(row, (len(given.asked(part)[0]), 1)), targets=1)
    diary.write(folder)


if __name__ == "__main__":
    main()
