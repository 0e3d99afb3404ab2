"""What backups hold, read back by the reader and by a decoder written from docs/backups.md."""

import io
import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.errors import PayloadUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.vault import payload as payloads
from desktop_migrator.vault.payload import (
    BackupManifest,
    BackupTarget,
    PayloadReader,
    PayloadWriter,
    RowBlock,
    TableHeader,
)

MANIFEST = BackupManifest(
    id="20260701-120000-00000000",
    created=datetime(2026, 7, 1, 12, tzinfo=UTC),
    time_zone="+02:00 CEST",
    tool_version="1",
    host="desk",
    system="Linux",
    reason="migrate",
    origins=["https://a.test"],
)
TARGET = BackupTarget(
    run="r", plan="p", user_id="u", database="d", database_id="1/2", time=MANIFEST.created
)
TABLE = TableHeader(entity="tasks", table="public.tasks", id_column="id", columns=["id", "title"])

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates and U+0000 too
times = st.none() | st.integers(-(2**53), 2**53).map(
    lambda number: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
)
stores = st.builds(
    Store,
    st.builds(Profile, st.text(), st.text(), st.text(), st.just(Path("/home/x/profile"))),
    st.sampled_from(StoreFormat),
    st.sampled_from([Path("/home/x/store"), Path("C:\\Users\\x\\Local Storage\\leveldb")]),
    st.integers(0, 2**53),
    times,
)
numbers = st.integers(0, 2**63 - 1)
storage_keys = st.builds(
    StorageKey,
    st.sampled_from(["https://a.test", "http://b.test:3000", "file://"]),
    top_level_site=st.none() | st.just("https://top.test"),
    cross_site_ancestor=st.booleans(),
    nonce=st.none() | st.tuples(numbers, numbers),
    opaque_site=st.none() | st.tuples(numbers, numbers, st.text()),
    attributes=st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple),
)
records = st.lists(st.builds(Record, stores, storage_keys, any_text, any_text, times), max_size=20)
row_blocks = st.lists(
    st.lists(
        st.binary(max_size=9).map(lambda row: row.replace(b"\n", b"\\n") + b"\n"), min_size=1
    ).map(b"".join),
    max_size=5,
)


def written(records: list[Record], blocks: list[bytes] = []) -> bytes:  # noqa: B006 - never changed
    sink = io.BytesIO()
    writer = PayloadWriter(sink, MANIFEST)
    for record in records:
        writer.write_record(record)
    writer.write_target(TARGET)
    writer.begin_table(TABLE)
    for block in blocks:
        writer.write_rows(block)
    writer.finish()
    return sink.getvalue()


def frames(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """By docs/backups.md, with nothing of ours."""
    at = 0
    while at < len(payload):
        kind, length = chr(payload[at]), int.from_bytes(payload[at + 1 : at + 5], "big")
        yield kind, payload[at + 5 : at + 5 + length]
        at += 5 + length


def decoded(payload: bytes) -> list[tuple[dict[str, Any], dict[str, Any], str, str, int]]:
    stores: list[dict[str, Any]] = []
    area: dict[str, Any] = {}
    result = []
    for kind, body in frames(payload):
        if kind == "S":
            stores.append(json.loads(body))
        elif kind == "A":
            area = json.loads(body)
        elif kind == "R":
            time, length = struct.unpack(">qI", body[:12])
            key, value = body[12 : 12 + length], body[12 + length :]
            texts = (part.decode("utf-8", "surrogatepass") for part in (key, value))
            result.append((stores[area["store"]], area, *texts, time))
    return result


def code_units(text: str) -> bytes:
    """As the page sees it: two surrogates in a row are the pair that they are."""
    return text.encode("utf-16-le", "surrogatepass")


@given(records, row_blocks)
def test_what_was_written_reads_back_exactly(found: list[Record], blocks: list[bytes]) -> None:
    reader = PayloadReader(io.BytesIO(written(found, blocks)))
    contents = list(reader.contents())
    assert [each for each in contents if isinstance(each, Record)] == found
    data = b"".join(each.data for each in contents if isinstance(each, RowBlock))
    assert data == b"".join(blocks)
    assert [each for each in contents if isinstance(each, TableHeader)] == [TABLE]
    assert (reader.manifest, reader.target) == (MANIFEST, TARGET)
    summary = reader.complete_summary
    assert (summary.records, summary.rows) == (len(found), data.count(b"\n"))
    origins = {record.storage_key.origin for record in found}
    assert {each.origin for each in summary.origins} == origins
    for each in summary.origins:
        mine = [record for record in found if record.storage_key.origin == each.origin]
        assert each.records == len(mine)
        assert each.modified == max(
            (record.modified for record in mine if record.modified), default=None
        )


@given(records)
def test_a_decoder_written_from_the_documentation_reads_the_same(found: list[Record]) -> None:
    read = decoded(written(found))
    assert len(read) == len(found)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for record, (store, area, key, value, time) in zip(found, read, strict=True):
        assert (key, value) == (record.key, record.value)
        assert code_units(key) == code_units(record.key)
        assert area["origin"] == record.storage_key.origin
        assert area["attributes"] == [list(pair) for pair in record.storage_key.attributes]
        assert (store["path"], store["format"]) == (str(record.store.path), record.store.format)
        if record.modified is None:
            assert time == -(2**63)
        else:
            assert epoch + timedelta(microseconds=time) == record.modified


@given(records, st.data())
def test_what_is_cut_off_is_refused(found: list[Record], data: st.DataObject) -> None:
    payload = written(found, [b"1\ta\n"])
    cut = payload[: data.draw(st.integers(0, len(payload) - 1))]
    with pytest.raises(PayloadUnreadable):
        list(PayloadReader(io.BytesIO(cut)).contents())


@given(records, st.data())
def test_changed_bytes_do_no_more_than_be_refused(found: list[Record], data: st.DataObject) -> None:
    """The container keeps them out; what gets by a thief of keys must not crash the reader."""
    payload = bytearray(written(found, [b"1\ta\n"]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(payload) - 1))
        payload[place] = data.draw(st.integers(0, 255))
    with suppress(PayloadUnreadable):
        list(PayloadReader(io.BytesIO(bytes(payload))).contents())


def frame(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    return kind + (len(body) if length is None else length).to_bytes(4, "big") + body


RECORD = frame(b"R", struct.pack(">qI", 0, 1) + b"kv")
STORE = frame(
    b"S",
    json.dumps(
        {
            "browser": "x",
            "browser_name": "X",
            "profile": "p",
            "profile_path": "/p",
            "format": "firefox",
            "path": "/p/s",
            "size": 1,
            "modified": None,
        }
    ).encode(),
)
AREA = json.dumps(
    {
        "store": 0,
        "origin": "https://a.test",
        "top_level_site": None,
        "cross_site_ancestor": False,
        "nonce": None,
        "opaque_site": None,
        "attributes": [],
    }
).encode()
MANIFEST_FRAME = frame(b"M", msgspec.json.encode(MANIFEST))


def end(records: int = 0, rows: int = 0) -> bytes:
    summary = {"records": records, "rows": rows, "origins": [], "tables": [], "damages": []}
    return frame(b"E", json.dumps(summary).encode())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        end(),
        frame(b"M", b"{}") + end(),
        frame(b"M", msgspec.json.encode(msgspec.structs.replace(MANIFEST, version=2))) + end(),
        MANIFEST_FRAME + MANIFEST_FRAME + end(),
        MANIFEST_FRAME + RECORD + end(1),
        MANIFEST_FRAME + STORE + frame(b"A", AREA.replace(b'"store": 0', b'"store": 1')) + end(),
        MANIFEST_FRAME + STORE + frame(b"A", AREA.replace(b'"store": 0', b'"store": -1')) + end(),
        MANIFEST_FRAME + STORE + frame(b"A", AREA) + frame(b"R", b"short") + end(1),
        MANIFEST_FRAME + STORE + frame(b"A", AREA) + RECORD + end(2),
        MANIFEST_FRAME + STORE + frame(b"A", AREA) + RECORD + end(1) + b"more",
        MANIFEST_FRAME + frame(b"D", b"1\n") + end(0, 1),
        MANIFEST_FRAME + frame(b"T", msgspec.json.encode(TABLE)) + frame(b"D", b"1") + end(),
        MANIFEST_FRAME + frame(b"Z", b"") + end(),
        MANIFEST_FRAME + frame(b"S", b"", 2**32 - 1),
        MANIFEST_FRAME + frame(b"R", b"", 2**32 - 1),
        MANIFEST_FRAME + frame(b"E", b"[" * 100_000),
        MANIFEST_FRAME + STORE + frame(b"A", AREA) + frame(b"R", b"", payloads.MAX_RECORD_SIZE + 1),
        frame(b"M", msgspec.json.encode(MANIFEST).replace(b"+00:00", b"").replace(b"Z", b"")),
    ],
)
def test_what_makes_no_sense_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadUnreadable):
        list(PayloadReader(io.BytesIO(payload)).contents())


def test_the_frames_of_these_tests_make_sense_where_they_should() -> None:
    payload = MANIFEST_FRAME + STORE + frame(b"A", AREA) + RECORD + end(1)
    [record] = PayloadReader(io.BytesIO(payload)).records()
    assert (record.key, record.value) == ("k", "v")


def test_damages_of_the_sources_are_told() -> None:
    profile = Profile("firefox", "Firefox", "p", Path("/p"))
    store = Store(profile, StoreFormat.FIREFOX, Path("/p/s"), 1)
    sink = io.BytesIO()
    PayloadWriter(sink, MANIFEST).finish((Damage(store, Message("A page is damaged."), 3),))
    reader = PayloadReader(io.BytesIO(sink.getvalue()))
    assert list(reader.contents()) == []
    [damage] = reader.complete_summary.damages
    assert (damage.store, damage.what, damage.lost_records) == ("/p/s", "A page is damaged.", 3)


class _Trickle:
    """A source that gives less than is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, 7))


@given(records)
def test_a_source_may_give_little_at_a_time(found: list[Record]) -> None:
    assert list(PayloadReader(_Trickle(written(found))).records()) == found
