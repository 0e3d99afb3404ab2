"""Fuzzes every reader of stores: `python -m tests.fuzz.store_readers CORPUS`.

An input is a store of a format, which the first byte chooses, with edits: for each, which file,
where, how many bytes go, and what comes there. Whatever is read of it: nothing is raised, a damage
is one that somebody has thought of, and the store beside it is read as if nothing were.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["desktop_migrator.browsers"]):
    from desktop_migrator.browsers.discovery.discover import System, discover_path
    from desktop_migrator.browsers.read.read_stores import read_stores
    from desktop_migrator.errors import SourceNotFound, StoreUnreadable
    from desktop_migrator.model import Damage, Store, StoreFormat
    from tests.unit.browsers import hostile_stores, test_runtimes, trees

SHM = Path("/dev/shm")
ROOM = Path(tempfile.mkdtemp(prefix="fuzz-", dir=SHM if SHM.is_dir() else None))
KEYS = [f"key{number}" for number in range(12)]


def _leveldb(profile: Path) -> Path:
    blocks = [hostile_stores.block([hostile_stores.put(at + each) for each in range(4)])
              for at in (0, 10, 20)]  # fmt: skip
    return hostile_stores.leveldb(
        profile / "Local Storage" / "leveldb", [hostile_stores.table(blocks)]
    )


MAKERS: list[Callable[[Path], object]] = [
    _leveldb,
    trees.chromium_leveldb,
    lambda profile: trees.chromium_sqlite(profile, KEYS),
    lambda profile: hostile_stores.with_wal(profile / "LocalStorage", 4200),
    lambda profile: trees.firefox(profile, "https://a.test", KEYS),
    lambda profile: trees.webkit(profile / "a" / "b" / "LocalStorage" / "localstorage.sqlite3"),
    lambda profile: trees.webkit(profile / "https_a.test_0.localstorage"),
    lambda profile: trees.webappsstore(
        profile / "webappsstore.sqlite", [("tset.a.", key, "value") for key in KEYS]
    ),
    lambda profile: test_runtimes.unpack(StoreFormat.NODE, profile),
    lambda profile: test_runtimes.unpack(StoreFormat.DENO, profile),
]


def _originals() -> list[dict[Path, bytes]]:
    made = []
    for number, make in enumerate(MAKERS):
        folder = ROOM / f"original-{number}"
        make(folder)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        made.append({path.relative_to(folder): path.read_bytes() for path in files})
    return made


ORIGINALS = _originals()
BESIDE = ROOM / "beside"
trees.chromium_sqlite(BESIDE, ["good"])
SYSTEM = System.current()
(GOOD,) = discover_path(BESIDE, SYSTEM).stores
PROFILE = ROOM / "profile"


def _stores(number: int) -> list[Store]:
    """As they are found in the unchanged profile; to look for them takes longest of all."""
    folder = ROOM / f"original-{number}"
    return [
        replace(store, path=PROFILE / store.path.relative_to(folder))
        for store in discover_path(folder, SYSTEM).stores
    ]


STORES = [_stores(number) for number in range(len(MAKERS))]


def edited(files: dict[Path, bytes], recipe: bytes) -> dict[Path, bytes]:
    names, changed = list(files), dict(files)
    while len(recipe) > 5:
        name = names[recipe[0] % len(names)]
        at, gone, length = int.from_bytes(recipe[1:3]), recipe[3], recipe[4]
        content = changed[name]
        at %= len(content) + 1
        changed[name] = content[:at] + recipe[5 : 5 + length] + content[at + gone :]
        recipe = recipe[5 + length :]
    return changed


def one_input(data: bytes) -> None:
    if not data:
        return
    number = data[0] % len(ORIGINALS)
    shutil.rmtree(PROFILE, ignore_errors=True)
    for name, content in edited(ORIGINALS[number], data[1:]).items():
        (PROFILE / name).parent.mkdir(parents=True, exist_ok=True)
        (PROFILE / name).write_bytes(content)
    damages: list[Damage] = []
    stores = [GOOD, *STORES[number]]
    if data[0] & 0xF0 == 0:
        with suppress(SourceNotFound, StoreUnreadable):
            stores += discover_path(PROFILE, SYSTEM).stores
    records = list(read_stores(stores, ROOM / "snapshots", damages.append))
    assert [record.key for record in records if record.store is GOOD] == ["good"]
    for damage in damages:
        assert "cannot be read (" not in str(damage.description), damage


def main() -> None:
    for number in range(len(MAKERS)):
        for at in (20, 100, 4000):
            seed = bytes([number | 0x10, at % 7, *at.to_bytes(2), 3, 4]) + b"edit"
            Path(sys.argv[1], f"seed-{number}-{at}").write_bytes(seed * 3)
    atheris.Setup([*sys.argv, "-max_len=300", "-len_control=0", "-rss_limit_mb=1024"], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
