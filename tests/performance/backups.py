"""Whole backups of a browser's storage, as commands: made, checked, and put back into the browser.

The baseline encrypts the same bytes by raw AES-256-GCM, file to file, in the same round. `backup
create` copies the storage, reads it, seals it and reads all of it back; `backup restore` copies the
storage, opens the backup, writes, reads back and swaps. Medians; memory as in migrating.py.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

import plyvel

from tests.performance import sealing
from tests.performance.migrating import ITEMS, call, make_sources
from tests.performance.processes import measure

ROUNDS = 3
_PASSPHRASE = "correct horse battery\n"


def run(items: int = ITEMS) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store, rows = make_sources(folder, items)
        rows.unlink()
        size = _write_plaintext(store, folder / "plain")
        rounds = [_round(folder, store) for _ in range(ROUNDS)]
    print(f"\nBackups of {size / 2**20:,.0f} MiB of records, median of {ROUNDS} rounds")
    for way in rounds[0]:
        seconds = median(each[way][0] for each in rounds)
        ratio = median(each["raw AES-256-GCM"][0] / each[way][0] for each in rounds)
        memory = max(each[way][1] for each in rounds)
        print(
            f"  {way:25} {size / seconds / 1e6:6.0f} MB/s  {ratio:5.2f} of raw  {memory:5.0f} MiB"
        )


def _write_plaintext(store: Path, path: Path) -> int:
    """What the records hold."""
    with plyvel.DB(str(store)) as database, path.open("wb") as file:
        for key, value in database:
            file.write(key)
            file.write(value)
    return path.stat().st_size


def _round(folder: Path, store: Path) -> dict[str, tuple[float, float]]:
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    raw = measure(sealing.__name__, "raw AES-256-GCM", folder)
    program = [sys.executable, "-m", "desktop_migrator", "--data-dir", str(data), "--yes"]
    spent = {"raw AES-256-GCM": (raw["seconds"], raw["memory"])}
    words: dict[str, list[object]] = {
        "backup create": ["create", "--source", store],
        "backup verify": ["verify"],
        "backup restore --to browser": ["restore", "--to", "browser"],
    }
    for way, command in words.items():
        if "restore" in command:
            _empty(store)
        named = [path.stem for path in (data / "backups").glob("*.dmbackup")]
        called = call(
            [*program, "backup", *map(str, command), *named, "--passphrase-stdin"], _PASSPHRASE
        )
        spent[way] = called.seconds, called.memory
    return spent


def _empty(store: Path) -> None:
    with plyvel.DB(str(store)) as database, database.write_batch() as batch:
        for key in database.iterator(prefix=b"_", include_value=False):
            batch.delete(key)
