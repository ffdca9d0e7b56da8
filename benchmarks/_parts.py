"""The command of a benchmark that has parts: run them, put their rows into the record."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from benchmarks._page import text
from benchmarks._records import merge
from mtrec_lib.core import write_text
from mtrec_lib.core.errors import MtrecError


def run(name: str, parts: tuple[str, ...], words: list[str], folder: Path | None = None) -> int:
    """Run what is asked for; not zero if a part broke.

    Args:
        name: of the benchmark, a package whose modules are the parts.
        parts: that there are, in order.
        words: of the command line.
        folder: of the record, by default ``benchmarks/results``.
    """
    parser = argparse.ArgumentParser(f"python -m benchmarks {name}", description=__doc__)
    parser.add_argument("--only", choices=parts, help="one part")
    parser.add_argument("--seconds", type=float, help="length of a window of a speed")
    parser.add_argument("--windows", type=int, help="windows of a speed, of each process")
    parser.add_argument("--seeds", type=int, help="fewer seeds than a record wants")
    args = parser.parse_args(words)
    broken = []
    for part in [args.only] if args.only else parts:
        print(part, flush=True)
        try:
            rows = import_module(f"benchmarks.{name}.{part}").run(args)
        except (MtrecError, OSError, ValueError) as error:
            print(f"  broken: {error}")
            broken.append(part)
            continue
        page(name, merge(name, rows, folder))
        for row in rows:
            print(f"{row['id']}: {row['ratio']:.3f} {row['interval']}")
    return int(bool(broken))


def page(name: str, record: Path) -> None:
    """Write the page beside the record."""
    rows = json.loads(record.read_text(encoding="utf-8"))
    write_text(record.with_suffix(".md"), text(name, rows))
