"""What Node.js 22.23 and Deno 2.9 keep for scripts; the oracle is what their scripts read back."""

import json
import lzma
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.discover import System, discover, discover_path
from desktop_migrator.browsers.read.read_stores import read_stores
from desktop_migrator.browsers.write.write_profile import WRITERS
from desktop_migrator.errors import SourceNotFound, StoreUnwritable
from desktop_migrator.model import Damage, StoreFormat
from tests.unit.browsers import trees

DATA = Path(__file__).parents[2] / "data" / "runtimes"
PLACES = {
    StoreFormat.NODE: "app.db",
    StoreFormat.DENO: "location_data/2bf585a6/local_storage",
}


def unpack(store_format: StoreFormat, folder: Path) -> Path:
    path = folder / PLACES[store_format]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.decompress((DATA / f"{store_format}.sqlite.xz").read_bytes()))
    return path


@pytest.mark.parametrize("named", ["the file", "a folder above"])
@pytest.mark.parametrize("store_format", PLACES)
def test_what_a_script_keeps_is_read_as_it_reads_it(
    store_format: StoreFormat, named: str, tmp_path: Path
) -> None:
    path = unpack(store_format, tmp_path / "home")
    before = trees.fingerprint(tmp_path / "home")
    found = discover_path(path if named == "the file" else tmp_path / "home", System.current())
    (store,) = found.stores
    assert store.format is store_format
    assert store.profile.browser_name in {"Node.js", "Deno"}
    damages: list[Damage] = []
    records = list(read_stores([store], tmp_path / "scratch", damages.append))
    read_back = json.loads((DATA / f"{store_format}.json").read_text())
    assert {record.key: record.value for record in records} == read_back
    assert {record.storage_key.origin for record in records} == {"file://"}
    assert not damages
    assert trees.fingerprint(tmp_path / "home") == before


def test_scripts_files_are_read_where_they_are_named_and_never_written(tmp_path: Path) -> None:
    system = System.for_home(System.current().os, tmp_path)
    path = unpack(StoreFormat.DENO, system.config_home / "deno")
    assert not discover(system).stores
    with pytest.raises(StoreUnwritable):
        WRITERS[StoreFormat.DENO](path, [], trees.store_at(path, StoreFormat.DENO).modified)  # type: ignore[arg-type]


def test_another_programs_table_of_that_name_is_no_store(tmp_path: Path) -> None:
    statement = "CREATE TABLE data (key VARCHAR UNIQUE, value VARCHAR)"
    assert not discover_stores(trees.make_sqlite(tmp_path / "other.db", statement))
    trees.make_sqlite(tmp_path / "local_storage", "CREATE TABLE data (key TEXT, value TEXT)")
    assert not discover_stores(tmp_path / "local_storage")


def discover_stores(path: Path) -> bool:
    try:
        return bool(discover_path(path, System.current()).stores)
    except SourceNotFound:
        return False
