"""zlib (RFC 1950), gzip (RFC 1952) and raw deflate (RFC 1951), as pako and fflate write them.

The bytes are base64 text, a binary string (a character for each byte), numbers with commas between
(what a Uint8Array's `toString` gives), or a JSON list of numbers. Their UTF-8 is the text.
"""

import zlib

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    MAX_DECODED,
    DecodeContext,
    Decoder,
    DecodeStep,
    State,
    as_text,
    too_large_error,
)
from desktop_migrator.plan.decode.text_forms import base64_bytes
from desktop_migrator.plan.json_text import as_value, decode


def _step(window_bits: int) -> DecodeStep:
    def step(state: State, _context: DecodeContext) -> str | None:
        for source in (_numbers, _binary, _base64):
            data = source(state)
            if data is not None:
                found = _inflate(data, window_bits)
                if found is not None:
                    return found
        return None

    return step


def _inflate(data: bytes, window_bits: int) -> str | None:
    """The text; None unless the data is one whole stream of UTF-8."""
    unpacker = zlib.decompressobj(window_bits)
    try:
        unpacked = unpacker.decompress(data, MAX_DECODED + 1)
        if len(unpacked) > MAX_DECODED:
            raise too_large_error()
        return unpacked.decode() if unpacker.eof and not unpacker.unused_data else None
    except (zlib.error, UnicodeDecodeError):
        return None


def _numbers(state: State) -> bytes | None:
    text = as_text(state)
    if text is not None:
        data = f"[{text}]".encode() if "," in text and text.isascii() else b""
        listed = as_value(data)
    else:
        listed = state if isinstance(state, Raw) else None
    try:
        return None if listed is None else bytes(decode(listed))
    except (TypeError, ValueError):
        return None


def _binary(state: State) -> bytes | None:
    text = as_text(state)
    try:
        return text.encode("latin-1") if text else None
    except UnicodeEncodeError:
        return None


def _base64(state: State) -> bytes | None:
    text = as_text(state)
    return base64_bytes(text) if text else None


DECODERS = (
    Decoder("zlib", _step(zlib.MAX_WBITS), None),
    Decoder("gzip", _step(zlib.MAX_WBITS | 16), None),
    Decoder("deflate", _step(-zlib.MAX_WBITS), None),
)
