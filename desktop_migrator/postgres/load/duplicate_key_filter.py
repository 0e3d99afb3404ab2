"""Which keys were met more than once, in little memory however many there are.

A Bloom filter holds the keys met. Those met again are kept themselves as long as they are few, else
in a second filter. What is said to be repeated may not be (of 3,000,000 different keys about one
in a hundred), but what is said not to be is not.
"""

from collections.abc import Hashable

_BITS = 1 << 26
_MASK = _BITS - 1
_MAX_EXACT_KEYS = 20_000


class DuplicateKeyFilter:
    """Takes 8 MiB for each filter once it is needed."""

    def __init__(self) -> None:
        self._seen = bytearray()
        self._exact_keys: set[Hashable] = set()
        self._repeated = bytearray()
        """Empty while there are few."""

    def add(self, key: Hashable) -> None:
        if not self._seen:
            self._seen = bytearray(_BITS >> 3)
        if not _set_bits(self._seen, key):
            return
        if self._repeated:
            _set_bits(self._repeated, key)
            return
        self._exact_keys.add(key)
        if len(self._exact_keys) > _MAX_EXACT_KEYS:
            self._repeated = bytearray(_BITS >> 3)
            for each in self._exact_keys:
                _set_bits(self._repeated, each)
            self._exact_keys.clear()

    def __bool__(self) -> bool:
        return bool(self._exact_keys or self._repeated)

    def __contains__(self, key: Hashable) -> bool:
        if not self._repeated:
            return key in self._exact_keys
        number = hash(key)
        one, other = number & _MASK, number >> 26 & _MASK
        again = self._repeated
        return bool(again[one >> 3] >> (one & 7) & again[other >> 3] >> (other & 7) & 1)

    @property
    def exact_keys(self) -> frozenset[Hashable] | None:
        """All that are repeated, where they are few."""
        return None if self._repeated else frozenset(self._exact_keys)


def _set_bits(bits: bytearray, key: Hashable) -> bool:
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
