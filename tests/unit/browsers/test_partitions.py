"""The parts of a store hold each of its records once, whatever its keys look like."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.browsers.formats import chromium_leveldb
from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange
from desktop_migrator.browsers.read import partitions
from desktop_migrator.browsers.read.partitions import KeyRangePartitioner
from tests.unit.browsers.leveldb_stores import layered_store, opened, store_at

AREAS = st.sampled_from(
    [b"http://a.test", b"http://b.test", b"https://a.test/^0https://b.test", b"file://", b"\xff"]
)
KEYS = st.binary(max_size=3).map(lambda raw: b"\1" + raw) | st.text(max_size=3).map(
    lambda text: b"\0" + text.encode("utf-16-le", "surrogatepass")
)
ENTRIES = st.dictionaries(
    st.builds(lambda area, key: b"_%s\0%s" % (area, key), AREAS, KEYS)
    | st.sampled_from([b"VERSION", b"META:http://a.test", b"METAACCESS:x", b"foreign", b"a", b"_"]),
    st.binary(max_size=30).map(lambda raw: b"\1" + raw),
    max_size=40,
)


@pytest.fixture(autouse=True)
def _fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_STEP", 10)


def check(folder: Path, of: int) -> int:
    """Returns how many parts have records."""
    store = store_at(folder)
    cuts = KeyRangePartitioner()
    whole = []
    for record in chromium_leveldb.read(store, folder, lambda _: None):
        cuts.observe(record)
        whole.append(record)
    found = [
        list(
            chromium_leveldb.read(
                store, folder, lambda _: None, cuts.key_ranges(share, of).get(store, KeyRange())
            )
        )
        for share in range(of)
        if share == 0 or cuts.key_ranges(share, of)
    ]
    assert [record for part in found for record in part] == whole
    return sum(map(bool, found))


@given(entries=ENTRIES, of=st.integers(1, 5))
def test_parts_make_up_the_whole(entries: dict[bytes, bytes], of: int) -> None:
    entries[b"VERSION"] = b"1"
    with TemporaryDirectory() as folder:
        with opened(Path(folder)) as database:
            for key, value in entries.items():
                database.put(key, value)
        check(Path(folder), of)


@pytest.mark.parametrize("damage", [False, True])
def test_parts_are_of_a_size_and_so_are_those_of_a_damaged_store(
    tmp_path: Path, damage: bool
) -> None:
    layered_store(tmp_path)
    if damage:
        table = min(tmp_path.glob("*.ldb"))
        data = bytearray(table.read_bytes())
        data[40] ^= 0xFF
        table.write_bytes(data)
    assert check(tmp_path, 3) == 3
