"""Strings of the Web Storage API as Chromium and WebKit keep them.

Chromium puts one byte before a string: 0 for UTF-16LE, 1 for Latin-1; no bytes at all are the
empty string (Blink's `CachedStorageArea`, kept alike in LevelDB and SQLite). UTF-16 code units
are taken as they lie: pairs of surrogates combine, lone ones stay lone.
"""

from codecs import utf_16_le_decode

import cramjam

from desktop_migrator.messages import Message

_SNAPPY_RATIO = 22
"""Bytes that one of snappy's can stand for at most: its copies of 64 take three."""


class UndecodableError(ValueError):
    """Bytes that no browser writes there; says of what kind the fault is, never what they are."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooLargeError(UndecodableError):
    """A value that would unpack to more than is taken."""

    def __init__(self, size: int) -> None:
        """`size`: bytes of it."""
        super().__init__(Message("a compressed value is too large"))
        self.size = size


def undecodable_reason(error: ValueError) -> Message:
    """Why a record cannot be decoded, for a person."""
    if isinstance(error, UndecodableError):
        return error.reason
    return Message("a text is damaged")


def decode_prefixed(raw: bytes) -> str:
    """The string in Chromium's spelling; ValueError where the bytes are not one."""
    try:
        kind = raw[0]
    except IndexError:
        return ""
    if kind == 1:
        return raw[1:].decode("latin-1")
    if kind == 0:
        return decode_utf16(raw[1:])
    raise UndecodableError(Message("unknown prefix byte"))


def encode_prefixed(text: str) -> bytes:
    """The string as Chromium writes it: in Latin-1 where that can hold it."""
    try:
        return b"\1" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\0" + encode_utf16(text)


def encode_utf16(text: str) -> bytes:
    """The string's code units, UTF-16LE."""
    return text.encode("utf-16-le", "surrogatepass")


def decode_utf16(raw: bytes) -> str:
    """The string whose UTF-16LE code units are `raw`; ValueError for half a unit."""
    # What bytes.decode() looks up by name at each call.
    return utf_16_le_decode(raw, "surrogatepass", True)[0]


def decompress_snappy(raw: bytes, limit: int) -> bytes:
    """What a raw snappy block holds; ValueError if that is damaged.

    Raises TooLargeError, which is one, for more than `limit` bytes.
    """
    return bytes(view_snappy(raw, limit))


def view_snappy(raw: bytes | memoryview, limit: int) -> memoryview:
    """As `decompress_snappy`, without a copy of it."""
    try:
        # The length is announced, and cramjam allocates that much before it unpacks.
        size = cramjam.snappy.decompress_raw_len(raw)
        if size > max(limit, _SNAPPY_RATIO * len(raw)):
            raise UndecodableError(Message("a compressed value is damaged"))
        if size > limit:
            raise TooLargeError(size)
        return memoryview(cramjam.snappy.decompress_raw(raw))
    except cramjam.DecompressionError as error:
        raise UndecodableError(Message("a compressed value is damaged")) from error
