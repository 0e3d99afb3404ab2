"""Every writer of browser storage keeps the same promises, told by its reader and by peers."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import plyvel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.read.read_stores import READERS
from desktop_migrator.browsers.read.snapshot import snapshot
from desktop_migrator.browsers.write.write_profile import WRITERS
from desktop_migrator.errors import StoreUnwritable
from desktop_migrator.model import StorageKey, Store, StoreFormat
from tests.browsers import hard_data
from tests.conformance.written_stores import (
    FORMATS,
    FRAMED,
    OTHER,
    OWN,
    Areas,
    Format,
    chromium_notes,
    rows,
)
from tests.unit.browsers import trees

CHROMIUM = [each for each in FORMATS if each.format.startswith("chromium")]
UNITS = st.lists(st.sampled_from([0, 1, 0x41, 0xE9, 0xFF, 0x100, 0x6F22, 0xD83D, 0xDE00, 0xFFFF]))
TEXTS = UNITS.map(
    lambda units: b"".join(unit.to_bytes(2, "little") for unit in units).decode(
        "utf-16-le", "surrogatepass"
    )
)


@pytest.fixture(params=FORMATS, ids=str)
def kind(request: pytest.FixtureRequest) -> Format:
    assert isinstance(request.param, Format)
    return request.param


def write(store: Store, *changes: AreaChange) -> None:
    WRITERS[store.format](store.path, changes, datetime.now(UTC))


def read(store: Store, scratch: Path) -> dict[StorageKey, dict[str, str]]:
    """What our reader finds, which may find no fault."""
    areas: dict[StorageKey, dict[str, str]] = {}
    with snapshot(store, scratch) as copy:
        for record in READERS[store.format](
            store, copy, lambda damage: pytest.fail(str(damage.description))
        ):
            areas.setdefault(record.storage_key, {})[record.key] = record.value
    return areas


def both(kind: Format, store: Store, scratch: Path) -> dict[StorageKey, dict[str, str]]:
    """What our reader and the peer agree on."""
    mine = read(store, scratch)
    peers: Areas = kind.peer(store.path)
    assert {kind.spelled[key]: records for key, records in mine.items()} == peers
    return mine


def test_all_formats_are_here() -> None:
    written = set(StoreFormat) - {StoreFormat.NODE, StoreFormat.DENO}
    assert {each.format for each in FORMATS} == written
    assert set(WRITERS) == set(StoreFormat)


def test_hard_texts_come_back_exactly_as_keys_and_as_values(kind: Format, tmp_path: Path) -> None:
    store = kind.store(tmp_path)
    records = hard_data.hard() | hard_data.hardest()
    write(store, *(AreaChange(area, records) for area in kind.spelled))
    expected = dict.fromkeys(kind.spelled, records)
    assert both(kind, store, tmp_path) == expected | {OWN: {"k": "value"} | records}


@settings(max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize("each", FORMATS, ids=str)
def test_a_store_holds_what_a_dictionary_would_hold(each: Format, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = each.store(Path(folder))
        model: dict[StorageKey, dict[str, str]] = {area: {} for area in each.spelled}
        model[OWN]["k"] = "value"
        for _ in range(data.draw(st.integers(1, 4))):
            changes = []
            for area in data.draw(st.sets(st.sampled_from(list(each.spelled)), min_size=1)):
                known = st.sampled_from([*model[area], "never"])
                puts = data.draw(st.dictionaries(st.one_of(TEXTS, known), TEXTS, max_size=4))
                deletes = data.draw(st.frozensets(st.one_of(known, TEXTS), max_size=3))
                changes.append(AreaChange(area, puts, deletes))
                rest = {key: value for key, value in model[area].items() if key not in deletes}
                model[area] = rest | puts
            write(store, *changes)
        expected = {area: records for area, records in model.items() if records}
        assert both(each, store, Path(folder) / "scratch") == expected


def test_what_lies_there_in_another_spelling_is_replaced_not_doubled(tmp_path: Path) -> None:
    """Chromium itself writes Latin-1 where it can, and no bytes at all were an empty text."""
    for kind in CHROMIUM:
        store = kind.store(tmp_path / kind.name)
        if kind.format is StoreFormat.CHROMIUM_LEVELDB:
            database = plyvel.DB(str(store.path))
            database.put(b"_https://a.test\0\0a\0", b"\0o\0l\0d\0")
            database.put(b"_https://a.test\0", b"\1old")
            database.close()
        else:
            extra = "1, 0," if kind.name == "chromium-sqlite" else "1,"
            trees.make_sqlite(
                store.path,
                f"INSERT INTO map_entries VALUES ({extra} x'006100', x'016f6c64')",
                f"INSERT INTO map_entries VALUES ({extra} x'', x'016f6c64')",
            )
        assert both(kind, store, tmp_path)[OWN] == {"k": "value", "a": "old", "": "old"}
        write(store, AreaChange(OWN, {"a": "new", "": "new"}))
        assert both(kind, store, tmp_path)[OWN] == {"k": "value", "a": "new", "": "new"}
        write(store, AreaChange(OWN, deletes=frozenset({"a", ""})))
        assert both(kind, store, tmp_path)[OWN] == {"k": "value"}


def bytes_of(store: Store) -> Iterator[bytes]:
    for path in store.path.parent.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def test_what_was_deleted_is_gone_from_the_files(kind: Format, tmp_path: Path) -> None:
    store = kind.store(tmp_path)
    secret = "a-secret-that-must-go" * 50
    write(store, AreaChange(OWN, {f"{secret}-{n}": secret for n in range(20)}))
    wanted = secret[:21].encode("utf-16-le" if kind.format is StoreFormat.WEBKIT else "ascii")
    assert any(wanted in content for content in bytes_of(store))
    write(store, AreaChange(OWN, deletes=frozenset(f"{secret}-{n}" for n in range(20))))
    assert both(kind, store, tmp_path / "scratch") == {OWN: {"k": "value"}}
    assert not any(wanted in content for content in bytes_of(store))
    assert not any(secret[:21].encode() in content for content in bytes_of(store))


@pytest.mark.parametrize("each", CHROMIUM, ids=str)
def test_areas_have_times_of_now_and_their_sizes(each: Format, tmp_path: Path) -> None:
    store = each.store(tmp_path)
    before = datetime.now(UTC) - timedelta(seconds=1)
    write(
        store,
        AreaChange(OWN, {"key": "väl"}),
        AreaChange(FRAMED, {"漢": ""}),
        AreaChange(OTHER, deletes=frozenset({"x"})),
    )
    notes = chromium_notes(store.path, each.format)
    assert set(notes) == {each.spelled[OWN], each.spelled[FRAMED]}
    for modified, accessed, _ in notes.values():
        assert before <= modified <= datetime.now(UTC)
        assert accessed == modified
    # One byte of encoding before each text; `k` = `value` was there.
    assert notes[each.spelled[OWN]][2] == (2 + 6) + (4 + 4)
    assert notes[each.spelled[FRAMED]][2] == (1 + 2) + 1


@pytest.mark.parametrize("each", CHROMIUM, ids=str)
def test_an_area_without_records_leaves_no_note(each: Format, tmp_path: Path) -> None:
    store = each.store(tmp_path)
    write(store, AreaChange(OWN, deletes=frozenset({"k"})))
    assert chromium_notes(store.path, each.format) == {}
    assert both(each, store, tmp_path) == {}


def test_firefoxs_usage_counts_code_units_of_keys_and_values(tmp_path: Path) -> None:
    store = next(each for each in FORMATS if each.name == "firefox").store(tmp_path)
    write(store, AreaChange(OWN, {"😀": "ü" * 1000, "\ud800": "\udc00"}))
    ((usage,),) = rows(store.path, "SELECT usage FROM database")
    assert int(usage) == (1 + 5) + (2 + 1000) + (1 + 1)


def test_areas_that_a_format_cannot_name_are_refused(tmp_path: Path) -> None:
    container = StorageKey("https://a.test", attributes=(("userContextId", "2"),))
    for kind in CHROMIUM:
        with pytest.raises(StoreUnwritable):
            write(kind.store(tmp_path / kind.name), AreaChange(container, {"k": "v"}))
    legacy = next(each for each in FORMATS if each.name == "firefox-legacy")
    with pytest.raises(StoreUnwritable):
        write(legacy.store(tmp_path), AreaChange(FRAMED, {"k": "v"}))


def test_a_file_that_could_run_something_is_refused(tmp_path: Path) -> None:
    for kind in FORMATS:
        store = kind.store(tmp_path / kind.name)
        if store.format is StoreFormat.CHROMIUM_LEVELDB:
            continue
        trees.make_sqlite(
            store.path,
            "CREATE TABLE mine(a)",
            "CREATE TRIGGER t AFTER INSERT ON mine BEGIN SELECT 1; END",
        )
        with pytest.raises(StoreUnwritable):
            write(store, AreaChange(OWN, {"k": "v"}))
