"""Which keys were met more than once, in little memory however many there are.

A Bloom filter holds the keys met. Those met again are kept themselves as long as they are few, else
in a second filter. What is said to be repeated may not be (of 3,000,000 different keys about one
in a hundred), but what is said not to be is not.
"""

from collections.abc import Hashable

_BITS = 1 << 26
_MASK = _BITS - 1
_FEW = 20_000


class Repeats:
    """Takes 8 MiB for each filter once it is needed."""

    def __init__(self) -> None:
        self._met = bytearray()
        self._few: set[Hashable] = set()
        self._again = bytearray()
        """Empty while there are few."""

    def note(self, key: Hashable) -> None:
        if not self._met:
            self._met = bytearray(_BITS >> 3)
        if not _add(self._met, key):
            return
        if self._again:
            _add(self._again, key)
            return
        self._few.add(key)
        if len(self._few) > _FEW:
            self._again = bytearray(_BITS >> 3)
            for each in self._few:
                _add(self._again, each)
            self._few.clear()

    def __bool__(self) -> bool:
        return bool(self._few or self._again)

    def __contains__(self, key: Hashable) -> bool:
        if not self._again:
            return key in self._few
        number = hash(key)
        one, other = number & _MASK, number >> 26 & _MASK
        again = self._again
        return bool(again[one >> 3] >> (one & 7) & again[other >> 3] >> (other & 7) & 1)

    @property
    def few(self) -> frozenset[Hashable] | None:
        """All that are repeated, where they are few."""
        return None if self._again else frozenset(self._few)


def _add(bits: bytearray, key: Hashable) -> bool:
    """Whether it may have been there before."""
    number = hash(key)
    one, other = number & _MASK, number >> 26 & _MASK
    first, second = 1 << (one & 7), 1 << (other & 7)
    one >>= 3
    other >>= 3
    if bits[one] & first and bits[other] & second:
        return True
    bits[one] |= first
    bits[other] |= second
    return False
