"""zlib (RFC 1950), gzip (RFC 1952) and raw deflate (RFC 1951), as pako and fflate write them.

The bytes are in one of the forms of `byte_forms`; the text is their UTF-8.
"""

import zlib

from desktop_migrator.plan.decode.byte_forms import byte_forms
from desktop_migrator.plan.decode.decoder import (
    MAX_DECODED,
    DecodeContext,
    Decoder,
    DecodeStep,
    State,
    too_large_error,
)


def _step(window_bits: int) -> DecodeStep:
    def step(state: State, _context: DecodeContext) -> str | None:
        found = (_inflate(data, window_bits) for data in byte_forms(state))
        return next((text for text in found if text is not None), None)

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


DECODERS = (
    Decoder("zlib", _step(zlib.MAX_WBITS), None),
    Decoder("gzip", _step(zlib.MAX_WBITS | 16), None),
    Decoder("deflate", _step(-zlib.MAX_WBITS), None),
)
