"""Recovery keys, as people type them: a slip is found, and where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.errors import BadKey
from desktop_migrator.vault.keys import SecretKey
from desktop_migrator.vault.recovery_key import decode_recovery_key, encode_recovery_key

KEYS = st.binary(min_size=32, max_size=32).map(SecretKey)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(KEYS)
def test_what_was_printed_can_be_typed(key: SecretKey) -> None:
    text = encode_recovery_key(key)
    assert [len(group) for group in text.split("-")] == [5] * 13
    spoken = text.replace("0", "o").replace("1", "l").replace("-", " \n").lower()
    assert decode_recovery_key(text).key == decode_recovery_key(spoken).key == key.key


@given(KEYS, st.integers(0, 64), st.sampled_from(LETTERS))
def test_a_slip_is_found_in_its_group(key: SecretKey, place: int, letter: str) -> None:
    letters = list(encode_recovery_key(key).replace("-", ""))
    if letters[place] == letter:
        return
    letters[place] = letter
    with pytest.raises(BadKey, match=rf"slip in group {place // 5 + 1}\."):
        decode_recovery_key("".join(letters))


@given(KEYS, st.integers(0, 11))
def test_swapped_groups_are_found(key: SecretKey, place: int) -> None:
    groups = encode_recovery_key(key).split("-")
    if groups[place][:4] == groups[place + 1][:4]:
        return
    groups[place], groups[place + 1] = groups[place + 1], groups[place]
    with pytest.raises(BadKey, match="slip"):
        decode_recovery_key("-".join(groups))


def test_what_is_no_recovery_key() -> None:
    text = encode_recovery_key(SecretKey(bytes(32)))
    with pytest.raises(BadKey, match="these are 64"):
        decode_recovery_key(text[:-1])
    with pytest.raises(BadKey, match="does not hold # U"):
        decode_recovery_key(text.replace("0", "U#"))
    with pytest.raises(BadKey, match="these are 0"):
        decode_recovery_key("")
