"""Which keys were met more than once, in little memory however many there are.

Two Bloom filters: one for keys met, one for keys met again. What is said to be repeated may not
be (of 3,000,000 different keys about one in a hundred), but what is said not to be is not.
"""

from collections.abc import Hashable

_BITS = 1 << 26
_MASK = _BITS - 1


class Repeats:
    """Takes 8 MiB for each filter once keys are noted."""

    def __init__(self) -> None:
        self._met = bytearray()
        self._again = bytearray()

    def note(self, key: Hashable) -> None:
        if not self._met:
            self._met = bytearray(_BITS >> 3)
        number = hash(key)
        one, other = number & _MASK, number >> 26 & _MASK
        first, second = 1 << (one & 7), 1 << (other & 7)
        one >>= 3
        other >>= 3
        met = self._met
        if not (met[one] & first and met[other] & second):
            met[one] |= first
            met[other] |= second
            return
        if not self._again:
            self._again = bytearray(_BITS >> 3)
        self._again[one] |= first
        self._again[other] |= second

    def __bool__(self) -> bool:
        return bool(self._again)

    def __contains__(self, key: Hashable) -> bool:
        if not self._again:
            return False
        number = hash(key)
        one, other = number & _MASK, number >> 26 & _MASK
        again = self._again
        return bool(again[one >> 3] >> (one & 7) & again[other >> 3] >> (other & 7) & 1)
