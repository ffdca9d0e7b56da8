"""Run the benchmarks: ``python -m benchmarks`` for all, ``python -m benchmarks ID …`` for some.

An id is that of a row, such as ``simulator/buy/bias``: its first word is a module of this package,
and the part of it that makes the row is run, no other. The beginning of an id, or a module, stands
for all that begins so. What is finished is not measured again. Options follow the ids and are
handed on; ``--help`` lists them, ``--which`` only says what would be run.
"""

import subprocess
import sys

from benchmarks._study.routes import NAMED_ONLY, Part, parts, parts_for
from mtrec_lib.core import nearest


def chosen(words: list[str]) -> dict[Part, list[str]]:
    """What is to be run, each part with the words that named it."""
    if not words:
        return {part: [] for part in parts() if part.name not in NAMED_ONLY}
    found: dict[Part, list[str]] = {}
    for word in words:
        for part in parts_for(word):
            found.setdefault(part, []).append(word)
    return found


def main(words: list[str]) -> int:
    """Run what is wanted, a process each; not zero if one failed."""
    cut = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
    ids, options = words[:cut], words[cut:]
    unknown = [word for word in ids if not parts_for(word)]
    if unknown:
        known = [id for part in parts() for id in part.ids]
        near = {id for word in unknown for id in nearest(word, known, n=1)}
        hint = f"did you mean {', '.join(sorted(near))}? " if near else ""
        print(f"nothing makes {', '.join(unknown)}; {hint}there are {', '.join(known)}")
        return 2
    failed = []
    for part, named in chosen(ids).items():
        print(f"benchmark {part.name}", flush=True)
        if "--which" in options:
            continue
        command = [sys.executable, "-m", "benchmarks._study", part.name, *options]
        if subprocess.run([*command, "--ids", *named] if named else command).returncode:
            failed.append(part.name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
