"""An allocator that keeps its memory: settings, and what they save."""

import os
import subprocess
import sys

import pytest

from mtrec_lib.core.runtime import allocator
from mtrec_lib.core.runtime.allocator import allocator_environment, memory_kept

ARENAS = str(max(1, (os.cpu_count() or 1) // 4))
GLIBC = pytest.mark.skipif(not allocator._is_glibc(), reason="settings of glibc")


@GLIBC
def test_thresholds_huge_pages_and_few_arenas_are_added():
    assert allocator_environment({}) == {
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_TRIM_THRESHOLD_": "17179869184",
        "MALLOC_TOP_PAD_": "268435456",
        "MALLOC_ARENA_MAX": ARENAS,
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }


@GLIBC
def test_what_is_set_already_stays_and_tunables_are_appended_to():
    own = {
        "GLIBC_TUNABLES": "glibc.malloc.top_pad=1:glibc.rtld.nns=2",
        "MALLOC_TRIM_THRESHOLD_": "9",
    }
    assert allocator_environment(own) == {
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_ARENA_MAX": ARENAS,
        "GLIBC_TUNABLES": own["GLIBC_TUNABLES"] + ":glibc.malloc.hugetlb=1",
    }
    assert "GLIBC_TUNABLES" not in allocator_environment(
        {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}
    )


@GLIBC
def test_a_second_addition_adds_nothing():
    assert allocator_environment(allocator_environment({})) == {}


def test_elsewhere_nothing_is_added_and_nothing_is_said(monkeypatch, capfd):
    monkeypatch.setattr(allocator, "_is_glibc", lambda: False)
    assert allocator_environment({}) == {}
    with memory_kept():
        pass
    assert capfd.readouterr() == ("", "")


# 20 arrays of 8 MB, each made, written and given back: 2,048 pages of 4 KB each time.
CHURN = """
import resource, sys
import numpy as np
from mtrec_lib.core.runtime.allocator import memory_kept
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(1_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
plain = faults()
with memory_kept():
    faults()
print(plain, faults())
"""


@GLIBC
def test_memory_that_is_kept_costs_no_page_faults():
    # The thresholds that follow what a program does are switched off, as they hide the difference.
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", CHURN],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    plain, after = map(int, done.stdout.split())
    assert after < 100
    assert plain > 10 * max(after, 1)
