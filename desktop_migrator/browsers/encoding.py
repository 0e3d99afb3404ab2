"""Strings of the Web Storage API as Chromium and WebKit keep them.

Chromium puts one byte before a string: 0 for UTF-16LE, 1 for Latin-1; no bytes at all are the
empty string (Blink's `CachedStorageArea`, kept alike in LevelDB and SQLite). UTF-16 code units
are taken as they lie: pairs of surrogates combine, lone ones stay lone.
"""

from codecs import utf_16_le_decode

import cramjam

from desktop_migrator.messages import Message


class UndecodableError(ValueError):
    """Bytes that no browser writes there; says of what kind the fault is, never what they are."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


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
    """What a raw snappy block holds; ValueError if that is damaged or over `limit` bytes."""
    try:
        # The length is announced, and cramjam allocates that much before it unpacks.
        if cramjam.snappy.decompress_raw_len(raw) > limit:
            raise UndecodableError(Message("a compressed value is too large"))
        return bytes(cramjam.snappy.decompress_raw(raw))
    except cramjam.DecompressionError as error:
        raise UndecodableError(Message("a compressed value is damaged")) from error
