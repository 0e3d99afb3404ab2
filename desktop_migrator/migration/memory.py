"""How much memory this process has used at most."""

import sys

import psutil

if sys.platform != "win32":
    import resource


def peak_memory_mb() -> float:
    """Peak resident set size in MiB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
