"""localForage's localStorage driver (github.com/localForage/localForage, utils/serializer.js).

JSON, or for binary data `__lfsc__:`, four letters for the type and base64; a blob has
`~~local_forage_type~TYPE~` before its base64. A typed array is a list of numbers, an ArrayBuffer
base64 text, a blob a `data:` URL, which names its type. A view for which localForage has no letters
(DataView, BigInt64Array) is stored by it with none and cannot be read back, here as there.
"""

import re

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    State,
    as_text,
    json_string,
)
from desktop_migrator.plan.decode.graph import buffer_text, decode_base64, render, typed_array
from desktop_migrator.plan.decode.unreadable import raw_unreadable
from desktop_migrator.plan.json_text import as_value, escape_json

_MARKED = re.compile(
    "__lfsc__:(arbf|blob|si08|ui08|uic8|si16|si32|ur16|ui32|fl32|fl64)(?:~~local_forage_type~([^~]*)~)?(.*)",
    re.DOTALL,
)
_TYPES = {
    "si08": "Int8Array", "ui08": "Uint8Array", "uic8": "Uint8ClampedArray", "si16": "Int16Array",
    "ur16": "Uint16Array", "si32": "Int32Array", "ui32": "Uint32Array", "fl32": "Float32Array",
    "fl64": "Float64Array",
}  # fmt: skip


def localforage(state: State, _context: DecodeContext) -> Raw | None:
    text = as_text(state)
    if text is None:
        return state if isinstance(state, Raw) else None
    if not text.startswith("__lfsc__:"):
        return as_value(escape_json(text))
    found = _MARKED.fullmatch(text)
    data = decode_base64(found[3]) if found else None
    if found is None or data is None:
        return raw_unreadable("typed-array")
    if found[1] == "blob":
        return json_string(f"data:{found[2] or ''};base64,{found[3]}")
    if found[1] == "arbf":
        return json_string(buffer_text(data))
    return render(typed_array(_TYPES[found[1]], data))


DECODERS = (Decoder("localforage", localforage),)
