"""How many kernels run side by side, with how many threads, and how slow a machine is."""

import pytest

from mtrec_lib.book.runs import machine

THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


@pytest.fixture
def four_cores(monkeypatch):
    """Four cores and 10 GB of free memory: room for two kernels of 3.5 GB."""
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(machine, "free_gigabytes", lambda: 10.0)
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("runs", "jobs", "kernels"), [(9, None, 2), (1, None, 1), (9, 6, 6), (3, 6, 3), (0, None, 1)]
)
def test_kernels_are_as_many_as_memory_allows_or_as_many_as_asked(four_cores, runs, jobs, kernels):
    assert machine.side_by_side(runs, jobs) == kernels


def test_with_hardly_any_memory_there_is_still_one(four_cores, monkeypatch):
    monkeypatch.setattr(machine, "free_gigabytes", lambda: 0.5)
    assert machine.side_by_side(9) == 1


@pytest.mark.parametrize(("jobs", "threads"), [(2, "2"), (3, "1"), (4, "1"), (8, "1")])
def test_kernels_share_the_cores(four_cores, jobs, threads):
    assert machine.threads_of(jobs) == dict.fromkeys(THREADS, threads)


def test_a_number_of_threads_that_somebody_has_set_stays(four_cores, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OMP_NUM_THREADS" not in machine.threads_of(2)


def test_a_single_kernel_keeps_all_cores():
    assert machine.threads_of(1) == {}


def test_a_container_has_the_cores_and_the_memory_that_it_was_given(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_LIMITS", tmp_path)
    for name, text in [("cpu.max", "100000 100000"), ("memory.max", "3221225472")]:
        (tmp_path / name).write_text(text + "\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("1073741824\n", encoding="ascii")
    assert machine.cores() == 1
    assert machine.free_gigabytes() <= 2.0


def test_a_container_without_limits_has_what_the_machine_has(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_LIMITS", tmp_path)
    plain = machine.cores()
    (tmp_path / "cpu.max").write_text("max 100000\n", encoding="ascii")
    assert machine.cores() == plain >= 1


def test_a_machine_is_slow_by_how_long_a_fixed_work_takes(monkeypatch):
    monkeypatch.setattr(machine, "_workload", lambda: None)
    assert machine.slowness_now() == 1.0  # never faster than the reference
    monkeypatch.setattr(machine, "_REFERENCE_SECONDS", 1e-9)
    assert machine.slowness_now() > 1.0
