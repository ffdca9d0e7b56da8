"""``python -m benchmarks.multi_task``: run the parts, put their rows into the record."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from benchmarks._records import merge
from mtrec_lib.core.errors import MtrecError

PARTS = ("speed", "steps", "simulator", "gbdt", "one_model", "balance")


def main(words: list[str], folder: Path | None = None) -> int:
    """Run what is asked for; not zero if a part broke.

    Args:
        words: of the command line.
        folder: of the record, by default ``benchmarks/results``.
    """
    parser = argparse.ArgumentParser("python -m benchmarks multi_task", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--seconds", type=float, help="length of a window of speed")
    parser.add_argument("--windows", type=int, help="windows of speed, of each process")
    parser.add_argument("--seeds", type=int, help="fewer seeds than a record wants")
    args = parser.parse_args(words)
    broken = []
    for name in [args.only] if args.only else PARTS:
        print(name, flush=True)
        try:
            rows = import_module(f"benchmarks.multi_task.{name}").run(args)
        except (MtrecError, OSError, ValueError) as error:
            print(f"  broken: {error}")
            broken.append(name)
            continue
        merge("multi_task", rows, folder)
        for row in rows:
            print(f"{row['id']}: {row['ratio']:.3f} {row['interval']}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
