"""What a Windows program calls itself, read from its file on any system.

A program's resources lie in the section `.rsrc` of its file (Microsoft's PE Format); in its
version resource each text is a structure `String`: lengths and type, a name in UTF-16, the value,
each beginning at a multiple of four bytes (Win32: VS_VERSIONINFO, String).
"""

import struct
from pathlib import Path

from desktop_migrator.browsers.store_files import open_regular

_MAX_HEADERS = 4096
_MAX_RESOURCES = 4 * 2**20
_MAX_NAME = 200
"""UTF-16 code units, its end included."""
_SECTION = struct.Struct("<8s4xI2I16x")
"""Of a section's header: name, where it comes to lie, bytes and place in the file."""


def product_name(program: Path) -> str:
    """`ProductName`, else `FileDescription`; empty where the file has neither, or is no program."""
    try:
        resources = _resources(program)
    except (OSError, struct.error, ValueError):
        return ""
    return _text(resources, "ProductName") or _text(resources, "FileDescription")


def _resources(program: Path) -> bytes:
    with open_regular(program) as file:
        head = file.read(_MAX_HEADERS)
        if not head.startswith(b"MZ"):
            return b""
        (start,) = struct.unpack_from("<I", head, 0x3C)
        if head[start : start + 4] != b"PE\0\0":
            return b""
        (sections,) = struct.unpack_from("<H", head, start + 6)
        (optional,) = struct.unpack_from("<H", head, start + 20)
        for number in range(sections):
            at = start + 24 + optional + _SECTION.size * number
            name, _, size, place = _SECTION.unpack_from(head, at)
            if name.rstrip(b"\0") == b".rsrc":
                file.seek(place)
                return file.read(min(size, _MAX_RESOURCES))
    return b""


def _text(resources: bytes, name: str) -> str:
    key = f"{name}\0".encode("utf-16-le")
    at = resources.find(b"\1\0" + key)  # the type before it: text
    if at < 4:
        return ""
    (length,) = struct.unpack_from("<H", resources, at - 2)
    start = -(-(at + 2 + len(key)) // 4) * 4
    value = resources[start : start + 2 * min(length, _MAX_NAME)]
    return value.decode("utf-16-le", "replace").partition("\0")[0].strip()
