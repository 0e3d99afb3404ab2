"""Captures of many people, 500 items of 2 KiB each, sealed for the desk's key, in one `upload`.

Against psql's `\\copy` of the same rows, in turn; the median of the ratio to that round's. The key
is in a file, as on a server; each capture is of its own person. CAPTURES and ROUNDS, from the
environment, make it shorter.
"""

import csv
import json
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from desktop_migrator.migration.sealed.backup_writer import build_manifest
from desktop_migrator.model import Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.vault.backup_folder import new_backup_id
from desktop_migrator.vault.key_file import write_key_file
from desktop_migrator.vault.keys import Passphrase, PrivateKey
from desktop_migrator.vault.sealed_file import AtomicSealedFile
from tests.performance.migrating import PLAN, Spent, binaries, call, item, reset

CAPTURES = int(os.environ.get("CAPTURES", "400"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
ITEMS = 500
SITE = "http://bench.test"
PASSPHRASE = "of the key file"


def make_captures(folder: Path, key: PrivateKey, captures: int) -> tuple[Path, Path]:
    """A folder of captures, and the CSV of the rows that they are to become."""
    inbox, rows = folder / "inbox", folder / "rows.csv"
    inbox.mkdir()
    profile = Profile("chrome", "Google Chrome", "bench", Path("/bench"))
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, Path("/bench/leveldb"), 1)
    with rows.open("w") as file:
        writer = csv.writer(file)
        for number in range(captures):
            person = f"person-{number}"
            items = [item(number * ITEMS + each) for each in range(ITEMS)]
            manifest = build_manifest(new_backup_id(), "capture", [SITE])
            draft = AtomicSealedFile(
                inbox / f"{person}.dmcapture",
                replace(manifest, user_id=person),
                kind="capture",
                recipients=[key.public_key],
                identities=[],
            )
            record = Record(store, StorageKey(SITE), "tasks-1", json.dumps(items))
            draft.payload.write_record(record)
            draft.commit()
            for each in items:
                rest = {name: each[name] for name in ("tags", "estimate", "notes")}
                created = each["createdAt"].removesuffix("Z")
                writer.writerow(
                    [each["id"], each["title"], each["status"], created, person, json.dumps(rest)]
                )
    return inbox, rows


def run(captures: int = CAPTURES, rounds: int = ROUNDS) -> None:
    psql = shutil.which("psql")
    if psql is None:
        print("\nCaptures: psql is not installed, so there is no baseline.")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        key, key_file, plan = PrivateKey.generate(), folder / "key", folder / "plan.toml"
        write_key_file(key_file, "bench", key, Passphrase(PASSPHRASE))
        plan.write_text(PLAN)
        inbox, rows = make_captures(folder, key, captures)
        with BuiltinPostgres(folder / "server", binaries()).running() as url:
            start = [sys.executable, "-m", "desktop_migrator", "--data-dir", str(folder / "data")]
            start += ["--plan", str(plan), "--json", "upload", str(inbox), "--database", url]
            start += ["--key-file", str(key_file), "--passphrase-stdin", "--no-backup"]
            copy = [psql, "-q", "-X", url, "-c", f"\\copy tasks from '{rows}' csv"]
            table = defaultdict[str, list[tuple[float, float]]](list)
            for number in range(rounds + 1):
                reset(url)
                baseline = call(copy).seconds
                spent: dict[str, Spent] = {}
                for name, jobs in (("one process", 1), ("two processes", 2)):
                    reset(url)
                    spent[name] = call([*start, "--jobs", str(jobs)], f"{PASSPHRASE}\n")
                    assert spent[name].counts["inserted"] == captures * ITEMS, spent[name]
                spent["done before"] = call(start, f"{PASSPHRASE}\n")
                assert spent["done before"].counts["unchanged"] == captures * ITEMS
                for name, each in spent.items() if number else ():  # the first warms up
                    table[name].append((each.seconds / baseline, each.memory))
    print(f"\n{captures:,} captures of {ITEMS} items, median of {rounds} rounds, psql \\copy = 1")
    for name, found in table.items():
        ratio, memory = (median(column) for column in zip(*found, strict=True))
        print(f"  {name:24}{ratio:8.2f}{memory:10.0f} MiB")


if __name__ == "__main__":
    run()
