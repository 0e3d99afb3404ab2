"""Loaded last by the process from which the others are forked: what it has loaded stays.

So none of them looks for cycles in it, which would also copy the memory that they share.
"""

import gc

gc.freeze()
