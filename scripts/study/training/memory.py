"""Memory that is freed stays with the process."""

import ctypes
import sys

# of glibc's malloc.h
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4


def keep_memory() -> None:
    """Have glibc keep the memory that torch frees, for the next tensor of that size.

    It gives every block above 32 MiB back to the system at once, and each step of a large network
    makes its gradients anew: the system then maps and zeroes them page by page, which with images
    of 256 × 256 pixels took 40% of a perceptron's training. Other systems are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:  # musl has none
        mallopt(M_MMAP_MAX, 0)  # no block has a mapping of its own
        mallopt(M_TRIM_THRESHOLD, -1)  # and what is free at the end of the heap stays there
