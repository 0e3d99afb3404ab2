import struct

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.browsers.encoding import decode_prefixed, decompress_snappy

UTF16_UNITS = st.lists(st.integers(0, 0xFFFF), max_size=40)


def combined(units: list[int]) -> str:
    """The text that JavaScript sees in these code units, by the definition of UTF-16."""
    text, rest = "", list(units)
    while rest:
        unit = rest.pop(0)
        if 0xD800 <= unit < 0xDC00 and rest and 0xDC00 <= rest[0] < 0xE000:
            unit = 0x10000 + (unit - 0xD800) * 0x400 + rest.pop(0) - 0xDC00
        text += chr(unit)
    return text


@given(UTF16_UNITS)
def test_utf16_code_units_are_kept_exactly_and_pairs_combine(units: list[int]) -> None:
    raw = b"\0" + struct.pack(f"<{len(units)}H", *units)
    assert decode_prefixed(raw) == combined(units)


@given(st.binary())
def test_every_byte_of_latin_1_is_its_own_character(raw: bytes) -> None:
    assert [ord(character) for character in decode_prefixed(b"\x01" + raw)] == list(raw)


def test_no_bytes_are_the_empty_string() -> None:
    assert decode_prefixed(b"") == ""
    assert decode_prefixed(b"\0") == ""
    assert decode_prefixed(b"\x01") == ""


@pytest.mark.parametrize("raw", [b"\0a", b"\0a\0b", b"\x02abc", b"{}"])
def test_half_a_code_unit_and_unknown_prefixes_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_prefixed(raw)


def test_snappy_is_unpacked_within_its_limit_alone() -> None:
    packed = bytes(cramjam.snappy.compress_raw(b"abc" * 1000))
    assert decompress_snappy(packed, 3000) == b"abc" * 1000
    with pytest.raises(ValueError, match="too large"):
        decompress_snappy(packed, 2999)
    with pytest.raises(ValueError, match=r".+"):
        decompress_snappy(packed[:-1], 3000)
