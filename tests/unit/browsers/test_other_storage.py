"""Sites that keep their data elsewhere than in localStorage."""

from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.other_storage import find_other_storage
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
