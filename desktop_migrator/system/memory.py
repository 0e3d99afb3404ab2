"""How much memory this process uses, and how it is given back."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

if sys.platform != "win32":
    import resource


def peak_memory_mb() -> float:
    """Peak resident set size in MiB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


_REDUCED_GC_THRESHOLD = 200_000


@contextmanager
def reduced_gc() -> Iterator[None]:
    """Have Python look for cycles more seldom meanwhile.

    A chunk's items are tens of thousands of objects without a cycle among them, and it would look
    through them again and again while they are made: a fifth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_REDUCED_GC_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
