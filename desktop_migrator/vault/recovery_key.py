"""Recovery keys: a secret key as a person can print, read out by phone, and type.

FORMAT.md, "Texts of keys". Every group checks itself, so that a slip is found where it was made.
"""

import hashlib

from desktop_migrator.errors import BadKey
from desktop_migrator.messages import Message, plural
from desktop_migrator.vault.header import KEY_SIZE
from desktop_migrator.vault.keys import SecretKey

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O and U
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_GROUPS = 13
_GROUP = 4
_BITS_OF_KEY = 8 * KEY_SIZE
_BITS_OF_CHECK = 5 * _GROUPS * _GROUP - _BITS_OF_KEY


def encode_recovery_key(key: SecretKey) -> str:
    """13 groups of five letters and digits, joined by hyphens."""
    number = int.from_bytes(key.key) << _BITS_OF_CHECK | _checksum(key.key)
    values = [number >> 5 * place & 31 for place in reversed(range(_GROUPS * _GROUP))]
    groups = [values[start : start + _GROUP] for start in range(0, len(values), _GROUP)]
    return "-".join(
        "".join(_ALPHABET[value] for value in [*group, _luhn_mod_32([index, *group])])
        for index, group in enumerate(groups)
    )


def decode_recovery_key(text: str) -> SecretKey:
    """Read what a person typed. Raises `BadKey`, which names the groups that cannot be right."""
    letters = [letter for letter in text.upper() if not letter.isspace() and letter not in "-–—"]
    if strange := sorted({letter for letter in letters if letter not in _VALUES}):
        raise BadKey(
            reason=Message("A recovery key does not hold {strange}.", strange=" ".join(strange))
        )
    expected = _GROUPS * (_GROUP + 1)
    if len(letters) != expected:
        raise BadKey(
            reason=Message(
                "A recovery key has {groups} groups of {size}, {expected} "
                "letters and digits together; these are {letters}.",
                groups=_GROUPS,
                size=_GROUP + 1,
                expected=expected,
                letters=len(letters),
            )
        )
    values = [_VALUES[letter] for letter in letters]
    groups = [values[start : start + _GROUP + 1] for start in range(0, expected, _GROUP + 1)]
    wrong = [
        str(index + 1)
        for index, (*group, check) in enumerate(groups)
        if _luhn_mod_32([index, *group]) != check
    ]
    if wrong:
        raise BadKey(
            reason=plural(
                "There is a slip in group {groups}.",
                "There is a slip in groups {groups}.",
                count=len(wrong),
                groups=", ".join(wrong),
            )
        )
    number = 0
    for *group, _ in groups:
        for value in group:
            number = number << 5 | value
    key = (number >> _BITS_OF_CHECK).to_bytes(KEY_SIZE)
    if number & (1 << _BITS_OF_CHECK) - 1 != _checksum(key):
        raise BadKey(reason=Message("The recovery key holds a slip."))
    return SecretKey(key)


def _checksum(key: bytes) -> int:
    return hashlib.sha256(b"desktop-migrator/recovery/1" + key).digest()[0] >> 8 - _BITS_OF_CHECK


def _luhn_mod_32(values: list[int]) -> int:
    """Luhn's check modulo 32: any single slip changes it, and nearly any swap of neighbours."""
    doubled = [2 * value if place % 2 == 0 else value for place, value in enumerate(values[::-1])]
    return -sum(value // 32 + value % 32 for value in doubled) % 32
