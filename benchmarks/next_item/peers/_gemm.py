"""The speed of torch's matrix product: what a ratio to a torch peer depends on."""

import time

import torch


def gflops(size: int = 2048, repeats: int = 10) -> float:
    """Float32 products of square matrices, 10⁹ operations a second."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    a @ b
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    return 2 * size**3 * repeats / (time.perf_counter() - start) / 1e9
