"""lz-string (github.com/pieroxy/lz-string, 1.4 and 1.5), in all the forms that it writes.

`compress` packs 16 bits into each code unit, `compressToUTF16` 15 (plus 32, and a blank at the
end), `compressToBase64` and `compressToEncodedURIComponent` 6. Which it is shows by trial: only a
stream that ends with the end code in its last character, the rest of it zero, counts.

Written here because the libraries for Python do not bound what a hostile record unpacks to (a
dictionary coder's output grows with the square of its input), and read past the end of what is no
lz-string at all.
"""

import re
from array import array

from desktop_migrator.plan.decode.decoder import (
    MAX_DECODED,
    DecodeContext,
    Decoder,
    State,
    as_text,
    too_large_error,
)

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,3}")
_URI = re.compile(r"[A-Za-z0-9+-]+")
_VALUES = {character: value for value, character in enumerate(_ALPHABET + "+/")} | {"-": 63}
_NEW_BYTE, _NEW_UNIT, _END = 0, 1, 2


def lz_string(state: State, _context: DecodeContext) -> str | None:
    packed = as_text(state)
    return decompress(packed) if packed else None


def decompress(packed: str) -> str | None:
    """What was compressed; None for what lz-string did not write.

    Raises ItemRejected if it is larger than `MAX_DECODED`.
    """
    if _BASE64.fullmatch(packed) or _URI.fullmatch(packed):
        bare = packed.rstrip("=")
        found = _unpack([_VALUES[character] for character in bare], 6)
        if found is not None:
            return found
    units = array("H", packed.encode("utf-16-le", "surrogatepass"))
    if packed[-1] == " " and len(units) > 1:
        fifteen = [unit - 32 for unit in units[:-1]]
        if all(0 <= value < 0x8000 for value in fifteen):
            found = _unpack(fifteen, 15)
            if found is not None:
                return found
    return _unpack(units, 16)


def _unpack(  # noqa: PLR0912 - one state machine
    values: "array[int] | list[int]", width: int
) -> str | None:
    """Reads codes, each with its lowest bit first, from values, each with its highest bit first."""
    bits = "".join([f"{value:0{width}b}" for value in values])
    size = len(bits)
    entries = ["", "", ""]
    position, code_width, until_wider = 2, 2, 4
    code = int(bits[1::-1], 2) if size >= 2 else _END + 1
    parts: list[str] = []
    length = 0
    previous = ""
    while True:
        if code == _END:
            break
        if code in {_NEW_BYTE, _NEW_UNIT}:
            end = position + (8 if code == _NEW_BYTE else 16)
            if end > size:
                return None
            entries.append(chr(int(bits[position:end][::-1], 2)))
            position = end
            code = len(entries) - 1
            if previous:
                until_wider -= 1
                if not until_wider:
                    until_wider = 1 << code_width
                    code_width += 1
        elif not previous:
            return None
        if not previous:
            # The first code is two bits wide, the second three, which begins a count of four.
            code_width, until_wider = 3, 4
            entry = entries[code]
        elif code < len(entries):
            entry = entries[code]
            entries.append(previous + entry[0])
            until_wider -= 1
        elif code == len(entries):
            entry = previous + previous[0]
            entries.append(entry)
            until_wider -= 1
        else:
            return None
        parts.append(entry)
        length += len(entry)
        if length > MAX_DECODED:
            raise too_large_error()
        if not until_wider:
            until_wider = 1 << code_width
            code_width += 1
        previous = entry
        end = position + code_width
        if end > size:
            return None
        code = int(bits[position:end][::-1], 2)
        position = end
    # The end fills up its character, or the whole of the next.
    if position // width + 1 != len(values) or "1" in bits[position:]:
        return None
    units = "".join(parts)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


DECODERS = (Decoder("lz-string", lz_string, None),)
