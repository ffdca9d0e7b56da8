"""``python -m benchmarks._study PART``: one part, in a process of its own."""

import sys

from benchmarks._study.command import main

sys.exit(main(sys.argv[1:]))
