"""The whole `migrate` of many items of 2 KiB, against psql's `\\copy` of the same rows.

Both on one server with its stock settings and fsync, in turn, each load into an empty table with
its primary key; medians over the rounds. `migrate` runs without a backup and with verification.
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import plyvel
import psycopg

from desktop_migrator.postgres.embedded import BuiltinPostgres

ITEM_BYTES = 2048
ITEMS_A_RECORD = 2000
ROUNDS = 5
USER = "bench"
PLAN = """
version = 1
name = "bench"
[entities.tasks]
table = "tasks"
id = { from = "id", type = "uuid" }
[[entities.tasks.sources]]
keys = ["tasks-*"]
[entities.tasks.columns]
title = { from = "title", type = "varchar(255)", required = true }
status = { from = "status", type = "varchar(50)" }
created_at = { from = "createdAt", type = "timestamp" }
user_id = { from = "$user", type = "varchar(255)" }
metadata = { rest = true, type = "jsonb" }
"""
TABLE = """
DROP TABLE IF EXISTS tasks;
DROP SCHEMA IF EXISTS desktop_migrator CASCADE;
CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar(255) NOT NULL, status varchar(50),
                    created_at timestamp, user_id varchar(255), metadata jsonb)
"""


def item(number: int) -> dict[str, Any]:
    made = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "title": f"Task number {number}",
        "status": "pending",
        "createdAt": "2024-03-01T10:00:00.000Z",
        "tags": ["one", "two"],
        "estimate": number % 97,
    }
    filler = ITEM_BYTES - len(json.dumps(made)) - len(', "notes": ""')
    notes = f"{number:x} " * filler
    return made | {"notes": notes[:filler]}


def make_sources(folder: Path, items: int) -> tuple[Path, Path]:
    """A Chromium LevelDB with the items, and the CSV of the rows that they are to become."""
    store, rows = folder / "leveldb", folder / "rows.csv"
    with plyvel.DB(str(store), create_if_missing=True) as database, rows.open("w") as file:
        database.put(b"VERSION", b"1")
        writer = csv.writer(file)
        for first in range(0, items, ITEMS_A_RECORD):
            batch = [item(number) for number in range(first, min(first + ITEMS_A_RECORD, items))]
            key = b"_http://bench.test\x00\x01tasks-%09d" % first
            database.put(key, b"\x01" + json.dumps(batch).encode("latin-1"))
            for each in batch:
                rest = {name: each[name] for name in ("tags", "estimate", "notes")}
                created = each["createdAt"].removesuffix("Z")
                writer.writerow(
                    [each["id"], each["title"], each["status"], created, USER, json.dumps(rest)]
                )
    return store, rows


def timed(command: list[str]) -> tuple[float, str]:
    began = perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return perf_counter() - began, output


def reset(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        connection.execute("CHECKPOINT")


def run(items: int = 300_000, rounds: int = ROUNDS) -> None:
    psql = shutil.which("psql")
    if psql is None:
        print("\nMigrating: psql is not installed, so there is no baseline.")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        store, rows = make_sources(folder, items)
        plan = folder / "plan.toml"
        plan.write_text(PLAN)
        with BuiltinPostgres(folder / "server").running() as url:
            migrate = [sys.executable, "-m", "desktop_migrator", "--data-dir", str(folder / "data")]
            migrate += ["--plan", str(plan), "migrate", "--json", "--source", str(store)]
            migrate += ["--database", url, "--user-id", USER, "--continue-on-error"]
            copy = [psql, "-q", "-X", url, "-c", f"\\copy tasks from '{rows}' csv"]
            seconds: dict[str, list[float]] = {"copy": [], "migrate": [], "again": []}
            memory = 0.0
            for _ in range(rounds):
                reset(url)
                seconds["copy"].append(timed(copy)[0])
                reset(url)
                for name, inserted in (("migrate", items), ("again", 0)):
                    spent, output = timed(migrate)
                    finished = json.loads(output.splitlines()[-1])
                    assert finished["counts"]["inserted"] == inserted, finished
                    seconds[name].append(spent)
                    memory = max(memory, finished["peak_memory_mb"])
    print(f"\nMigrating {items:,} items of 2 KiB, median of {rounds} rounds")
    baseline = median(seconds["copy"])
    names = {"copy": "psql \\copy", "migrate": "migrate, verified", "again": "nothing changed"}
    for name, label in names.items():
        middle = median(seconds[name])
        print(f"  {label:20} {middle:7.2f} s  {middle / baseline:5.2f} x")
    print(f"  peak memory of migrate {memory:.0f} MiB")
