"""A baseline that counts, as a cell: ``python -m benchmarks.next_item.counts split settings …``."""

import mtrec_lib as mt
from benchmarks.next_item.exported import PARTS, split_of
from benchmarks.next_item.peers._given import Diary, arguments


def main() -> None:
    """Count the training part and answer both parts; on the test part it knows no more."""
    given, settings, folder = arguments()
    split = split_of(settings["data"])
    kind = getattr(mt.baselines, settings["kind"])
    diary = Diary(given, patience=1, max_seconds=0.0)
    model = kind(**settings.get("arguments", {})).fit(split)
    diary.epoch(lambda part: model.scores(split.queries(PARTS[part]).histories))
    diary.write(folder)


if __name__ == "__main__":
    main()
