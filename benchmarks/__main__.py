"""Run the benchmarks: ``python -m benchmarks`` for all, ``python -m benchmarks NAME …`` for some.

Each is a module of this package that measures what its record in ``results/`` does not hold yet. A
name may be the id of a row, such as ``next-item/ndcg/side``: the benchmark that makes it is run.
What follows the first ``--option`` is handed on. ``fresh`` clones the repository and takes half an
hour: it runs only when it is named.
"""

import pkgutil
import subprocess
import sys

import benchmarks

NAMED_ONLY = {"fresh"}


def names() -> list[str]:
    """The benchmarks there are."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(words: list[str]) -> int:
    """Run the benchmarks that are wanted, one process each; not zero if one failed."""
    cut = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
    asked, options = words[:cut], words[cut:]
    wanted = list(dict.fromkeys(word.split("/")[0].replace("-", "_") for word in asked))
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names())}")
        return 2
    failed = []
    for name in wanted or [name for name in names() if name not in NAMED_ONLY]:
        print(f"benchmark {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options]).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
