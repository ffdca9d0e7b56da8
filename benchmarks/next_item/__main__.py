"""``python -m benchmarks.next_item``: run what is missing, write the record and the page."""

import argparse
import sys
from pathlib import Path
from typing import Any

from benchmarks._records import ROOT
from benchmarks.next_item import page, rows, speed
from benchmarks.next_item.study import KINDS, Study
from mtrec_lib.core import write_json, write_text


def report(study: Study, folder: Path) -> list[dict[str, Any]]:
    """Write ``next_item.json`` and ``next_item.md`` from what is finished; the rows."""
    groups = {kind: study.found(kind) for kind in KINDS}
    peers, ours, chosen = groups["peers"], groups["ours"], study.told["rows"]
    side, ids, fast = (ours.get(chosen[name], []) for name in ("side", "ids", "seconds"))
    found, labels = speed.measured(study), study.told.get("labels", {})
    rivals = peers | {
        name: cells
        for name, cells in groups["counts"].items()
        if name == "decayed-counts" and cells
    }
    made = [
        rows.quality("next-item/ndcg/side", side, rivals, labels),
        rows.quality("next-item/ndcg/ids", ids, peers, labels),
        rows.seconds_to_peer(fast, peers),
        *rows.speeds(found),
    ]
    record = [row for row in made if row is not None]
    if record:
        write_json(folder / "next_item.json", record)
    write_text(folder / "next_item.md", page.text(groups, found, record))
    for row in record:
        print(f"{row['id']}: {row['ratio']:.3f} {row['interval']}{' stale' * row['stale']}")
    return record


def main(words: list[str], study: Study, folder: Path) -> int:
    """Run the study; not zero if a cell broke."""
    parser = argparse.ArgumentParser("python -m benchmarks next_item", description=__doc__)
    parser.add_argument("--only", default="", help="cells whose name holds this; 'speed' too")
    parser.add_argument("--page", action="store_true", help="write record and page, run nothing")
    parser.add_argument("--stale", action="store_true", help="redo what an older code measured")
    asked = parser.parse_args(words)
    broken = []
    if not asked.page:
        broken = study.run(asked.only, asked.stale)
        known = speed.measured(study)
        if asked.only in "speed" and (known is None or (asked.stale and known["stale"])):
            print("speed", flush=True)
            try:
                speed.measure(study)
            except (OSError, ValueError) as error:
                print(f"  broken: {error}")
                broken.append("speed")
    report(study, folder)
    if broken:
        print(f"broken: {', '.join(broken)}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Study(), ROOT / "benchmarks" / "results"))
