"""Sites that keep their data elsewhere than in localStorage."""

from contextlib import closing
from pathlib import Path

import plyvel
import pytest

from desktop_migrator.browsers.discovery.other_storage import find_other_storage, sites_elsewhere
from desktop_migrator.model import Profile


@pytest.mark.parametrize(
    ("file", "origin", "kind"),
    [
        ("IndexedDB/https_a.test_0.indexeddb.leveldb/000003.log", "https://a.test", "IndexedDB"),
        ("IndexedDB/http_a.test_8080.indexeddb.blob/1/00/2", "http://a.test:8080", "IndexedDB"),
        ("storage/default/http+++a.test+8080/idb/1.sqlite", "http://a.test:8080", "IndexedDB"),
        ("storage/default/https+++a.test/fs/metadata.sqlite", "https://a.test", "OPFS"),
        (
            "Service Worker/CacheStorage/0a1b/index.txt",
            "https://a.test",
            "Cache storage",
        ),
    ],
)
def test_what_a_site_keeps_elsewhere_is_told_with_its_size(
    tmp_path: Path, file: str, origin: str, kind: str
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x12\x0fhttps://a.test/")
    profile = Profile("any", "Any", "Me", tmp_path)
    [found] = find_other_storage(profile, origin)
    assert (found.kind, found.size) == (kind, path.stat().st_size)
    assert kind in str(found.message)
    assert not find_other_storage(profile, "https://b.test")
    path.write_bytes(b"")
    assert not find_other_storage(profile, origin)


def test_chromiums_private_file_system_is_told_by_its_list_of_sites(tmp_path: Path) -> None:
    """As Chromium 156 lays it out; the names of the files are no data of the site's."""
    root = tmp_path / "File System"
    root.mkdir()
    with closing(plyvel.DB(str(root / "Origins"), create_if_missing=True)) as database:
        database.put(b"LAST_PATH", b"001")
        database.put(b"ORIGIN:https_b.test_0", b"000")
        database.put(b"ORIGIN:https_a.test_0", b"001")
    for number in ("000", "001"):
        for name in (f"{number}/t/00/00000001", f"{number}/t/Paths/000003.log"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(b"data" + number.encode())
    profile = Profile("any", "Any", "Me", tmp_path)
    [found] = find_other_storage(profile, "https://a.test")
    assert (found.kind, found.size) == ("OPFS", len(b"data001"))
    assert not find_other_storage(profile, "https://c.test")


def test_the_sites_that_keep_data_elsewhere_are_known_by_their_folders(tmp_path: Path) -> None:
    for name in (
        "IndexedDB/https_a.test_0.indexeddb.leveldb",
        "IndexedDB/https_a.test_0.indexeddb.blob",
        "IndexedDB/http_127.0.0.1_18765.indexeddb.leveldb",
        "IndexedDB/chrome-extension_abc_0.indexeddb.leveldb",
        "storage/default/http+++b.test+8080",
        "storage/default/https+++c.test",
        "storage/default/https+++d.test^userContextId=2",
    ):
        (tmp_path / name).mkdir(parents=True)
    assert sites_elsewhere(Profile("any", "Any", "Me", tmp_path)) == {
        "https://a.test",
        "http://127.0.0.1:18765",
        "http://b.test:8080",
        "https://c.test",
    }
