"""The command of one part: run it, say by which code, put its rows into the record."""

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks._study import page
from benchmarks._study.cells import Cells, provenance
from benchmarks._study.quiet import wait_until_quiet
from benchmarks._study.routes import parts, record_of
from benchmarks._study.rows import merge
from mtrec_lib.core import code_hash, write_text
from mtrec_lib.core.code_path import source
from mtrec_lib.core.errors import MtrecError


def parser() -> argparse.ArgumentParser:
    """The options of every part; each reads those that mean something to it."""
    made = argparse.ArgumentParser("python -m benchmarks ID", description=__doc__)
    made.add_argument("--force", action="store_true", help="measure finished cells again")
    made.add_argument("--stale", action="store_true", help="measure again what older code measured")
    made.add_argument("--busy", action="store_true", help="measure seconds on a busy machine, too")
    made.add_argument("--page", action="store_true", help="next_item: write what is there, no more")
    made.add_argument("--only", default="", help="next_item: cells whose name holds this word")
    made.add_argument("--seconds", type=float, help="length of a window of a speed")
    made.add_argument("--windows", type=int, help="windows of a speed, of each process")
    made.add_argument("--seeds", type=int, help="fewer seeds than a record wants")
    made.add_argument("--people", type=int, help="zero_shot: fewer people")
    made.add_argument("--ids", nargs="*", default=[], help=argparse.SUPPRESS)
    made.set_defaults(broken=[])
    return made


def main(words: list[str], folder: Path | None = None) -> int:
    """Run the part that the first word names; not zero if it broke.

    Args:
        words: the part, such as ``balancing.delta_m``, and options.
        folder: of the records, by default ``benchmarks/results``.
    """
    name, *options = words
    part = next(each for each in parts() if each.name == name)
    args = parser().parse_args(options)
    try:
        rows = measured(part.module, args)
    except (MtrecError, OSError, ValueError) as error:
        print(f"  broken: {error}")
        return 1
    stray = [row["id"] for row in rows if not part.makes(row["id"])]
    if stray:
        print(f"  broken: {name} makes {stray}, and is registered for {list(part.ids)}")
        return 1
    for record in sorted({record_of(row["id"]) for row in rows}):
        write_page(record, merge(record, rows, folder))
    for row in rows:
        print(f"{row['id']}: {row['ratio']:.3f} {row['interval']}")
    if args.broken:
        print(f"broken: {', '.join(args.broken)}")
    return int(bool(args.broken))


def measured(module: str, args: argparse.Namespace) -> list[dict[str, Any]]:
    """The rows of a part, each with the code that made it.

    A part is a module with ``run(args)``. It may have ``CELLS`` (:class:`Cells`), and
    ``QUIET = True`` if it measures seconds.
    """
    code = code_hash([module])  # of what runs: a file may change meanwhile
    part = import_module(module)
    cells: Cells | None = getattr(part, "CELLS", None)
    more: dict[str, Any] = {}
    if cells is not None:
        cells.force, cells.stale = args.force, args.stale
    if getattr(part, "QUIET", False) and not args.page:
        more["busy_cores_before"] = wait_until_quiet(args.busy)
    rows = part.run(args)
    made = cells.used if cells is not None and cells.used else [((module,), code)]
    return [(more | provenance(made) | row) for row in rows]


def write_page(name: str, record: Path) -> None:
    """Write the page beside the record; a package may say more on it than its rows do."""
    rows = json.loads(record.read_text(encoding="utf-8"))
    own = f"benchmarks.{name}.page"
    text = import_module(own).text if source(own) else page.text
    write_text(record.with_suffix(".md"), text(name, rows))
