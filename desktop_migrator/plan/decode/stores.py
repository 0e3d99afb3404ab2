"""Small databases that keep their rows in one record, or one row in each.

- `tinybase` (tinybase 1 to 10): `[tables, values]`, a MergeableStore with a stamp around everything
  (`[thing, time, hash]`); becomes `{"tables": {table: {row: {cell: …}}}, "values": {…}}`. U+FFFC
  stands for what was deleted, U+FFFD before JSON for an object or list.
- `tanstack-db` (localStorage collections): `{key: {"versionKey": …, "data": …}}`; becomes
  `{key: data}`, the keys with their `s:` or `n:`.
- `lokijs`: `{"filename": …, "collections": [{"name", "data"}]}`; becomes `{name: [documents]}`.
- `rxdb` (its localStorage storage): one document in each `RxDB-ls-doc-…`; indexes, changes and
  its own collection beside them.
- `backbone` (Backbone.localStorage): one model in each `STORE-id`, and the ids in `STORE`.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    SetAside,
    State,
    as_json,
    as_members,
    as_text,
)
from desktop_migrator.plan.decode.unreadable import raw_unreadable
from desktop_migrator.plan.json_text import (
    as_list,
    as_object,
    as_string,
    as_value,
    encode,
    encode_object,
    escape_json,
    unescape_unstorable,
)

_DELETED = "\ufffc"
_JSON_CELL = "\ufffd"
_MAX_INDEX_IDS = 8


def tinybase(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    halves = None if value is None else as_list(value)
    if halves is None or len(halves) != 2:
        return None
    tables, values = (_unstamped(half) for half in halves)
    if tables is None or values is None:
        return None
    found: dict[str, Raw] = {}
    for table, rows in tables.items():
        kept = _rows(rows)
        if kept is None:
            return None
        if kept:
            found[table] = Raw(encode_object(kept))
    return Raw(encode({"tables": found, "values": _cells(values)}))


def _rows(raw: Raw) -> dict[str, Raw] | None:
    rows = _unstamped(raw)
    if rows is None:
        return None
    kept = {}
    for row, raw_cells in rows.items():
        cells = _unstamped(raw_cells)
        if cells is None:
            return None
        left = _cells(cells)
        # A row whose cells are all deleted is no more.
        if left or not cells:
            kept[row] = Raw(encode_object(left))
    return kept


def _unstamped(raw: Raw) -> dict[str, Raw] | None:
    """The members of an object, or of one with a stamp around it."""
    members = as_object(raw)
    if members is None:
        stamped = as_list(raw)
        members = as_object(stamped[0]) if stamped and 2 <= len(stamped) <= 3 else None
    return members


def _cells(cells: dict[str, Raw]) -> dict[str, Raw]:
    found = {}
    for name, raw in cells.items():
        stamped = as_list(raw)
        cell = stamped[0] if stamped else raw
        text = as_string(cell)
        if text == _DELETED:
            continue
        if text is not None and text.startswith(_JSON_CELL):
            inner = as_value(escape_json(unescape_unstorable(text.removeprefix(_JSON_CELL))))
            cell = raw_unreadable("json") if inner is None else inner
        found[name] = cell
    return found


def tanstack_db(state: State, _context: DecodeContext) -> Raw | None:
    rows = as_members(state)
    if rows is None:
        return None
    found = {}
    for key, raw in rows.items():
        row = as_object(raw)
        if row is None or row.keys() != {"versionKey", "data"}:
            return None
        found[key] = row["data"]
    return Raw(encode_object(found))


def lokijs(state: State, _context: DecodeContext) -> Raw | None:
    database = as_members(state)
    if database is None or not database.keys() >= {"filename", "collections"}:
        return None
    collections = as_list(database["collections"])
    found: dict[str, Raw] = {}
    for raw in collections or ():
        collection = as_object(raw)
        name = as_string(collection["name"]) if collection and "name" in collection else None
        if collection is None or name is None or "data" not in collection:
            return None
        found[name] = collection["data"]
    return None if collections is None else Raw(encode_object(found))


def rxdb(state: State, context: DecodeContext) -> State | SetAside | None:
    key = context.key
    if key.startswith("RxDB-ls-idx-"):
        return SetAside.INDEX
    if key.startswith("RxDB-ls-changes-") or "--_rxdb_internal--" in key:
        return SetAside.METADATA
    if not key.startswith("RxDB-ls-doc-"):
        return state
    document = as_members(state)
    if document is None:
        return None
    return SetAside.TOMBSTONE if _is_true(document.get("_deleted")) else state


def backbone(state: State, context: DecodeContext) -> State | SetAside | None:
    text = as_text(state)
    ids: list[Any] = text.split(",")[:_MAX_INDEX_IDS] if text else []
    if any(context.companion(f"{context.key}-{each}") is not None for each in ids):
        return SetAside.INDEX
    return state


def _backbone_index(key: str) -> Iterator[str]:
    parts = key.split("-")
    for end in range(1, len(parts)):
        yield "-".join(parts[:end])


def _is_true(value: Raw | None) -> bool:
    return value is not None and bytes(value) == b"true"


DECODERS = (
    Decoder("tinybase", tinybase, None),
    Decoder("tanstack-db", tanstack_db, None),
    Decoder("lokijs", lokijs, None),
    Decoder("rxdb", rxdb),
    Decoder("backbone", backbone, asked_by=_backbone_index),
)
