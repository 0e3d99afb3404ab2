"""The whole `migrate` of many items of 2 KiB, against psql's `\\copy` of the same rows.

All on one server with its stock settings and fsync (PostgreSQL 15 where that is installed, else the
built-in one), in turn, each first load into an empty table with its primary key; medians over the
rounds of the ratio to that round's `\\copy`. "Unverified" is the time until verification begins.
Memory is the most that all processes of a call hold together, looked at often: on Linux without
files that are mapped, which is the system's cache, and what they share counted once.

ITEMS and ROUNDS, from the environment, make it shorter.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import plyvel
import psutil
import psycopg

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres

ITEM_BYTES = 2048
ITEMS_A_RECORD = 2000
ITEMS = int(os.environ.get("ITEMS", "300000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
_LOOK = 0.25
"""Seconds: to look at the memory costs 2 ms a process, which is taken from what is measured."""
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
    start = number * 7919 % (len(_TEXT) - filler)
    return made | {"notes": _TEXT[start : start + filler]}


def _text() -> str:
    """Prose-like: PostgreSQL compresses it to about a half, as it does what people write."""
    random = Random(1)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    weights = [1 / rank for rank in range(1, len(letters) + 1)]
    words = ["".join(random.choices(letters, weights, k=random.randint(1, 9))) for _ in range(4000)]
    return " ".join(random.choices(words, [1 / rank for rank in range(1, 4001)], k=200_000))


_TEXT = _text()


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


@dataclass(frozen=True)
class Spent:
    seconds: float
    unverified: float
    """Until verification began."""
    memory: float
    """MiB."""
    counts: dict[str, int]


class MemoryWatch(threading.Thread):
    """The most that a process and its descendants hold together."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self.over = threading.Event()
        self._process = psutil.Process(process)

    def run(self) -> None:
        while not self.over.wait(_LOOK):
            with suppress(psutil.Error):
                family = [self._process, *self._process.children(recursive=True)]
                self.peak = max(self.peak, sum(map(_held, family)) / 2**20)


def _held(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        if sys.platform == "linux":
            return _anonymous(Path(f"/proc/{process.pid}/smaps_rollup"))
        return float(process.memory_info().rss)
    return 0.0


def _anonymous(summary: Path) -> float:
    with suppress(OSError):
        for line in summary.read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * float(line.split()[1])
    return 0.0


def call(command: list[str], given: str = "") -> Spent:
    """Programs that are installed have their modules compiled; so have those that are measured.

    `given` is what the command finds on its standard input.
    """
    environment = {
        name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    began = perf_counter()
    unverified = None
    last = "{}"
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment
    ) as process:
        watch = MemoryWatch(process.pid)
        watch.start()
        assert process.stdin
        assert process.stdout
        process.stdin.write(given)
        process.stdin.close()
        for line in process.stdout:
            last = line
            if unverified is None and '"verify"' in line:
                unverified = perf_counter() - began
        assert process.stderr
        errors = process.stderr.read()
    seconds = perf_counter() - began
    watch.over.set()
    assert process.returncode == 0, errors
    counts = json.loads(last).get("counts", {}) if last.startswith("{") else {}
    return Spent(seconds, unverified or seconds, watch.peak, counts)


def reset(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        connection.execute("CHECKPOINT")


def change_some(url: str) -> None:
    """Three rows of ten, so that they differ from their items."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE tasks SET title = 'Changed' WHERE right(title, 1) IN ('1', '4', '7')"
        )
        connection.execute("CHECKPOINT")


def run(items: int = ITEMS, rounds: int = ROUNDS) -> None:
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
        with BuiltinPostgres(folder / "server", binaries()).running() as url:
            start = [sys.executable, "-m", "desktop_migrator", "--data-dir", str(folder / "data")]
            start += ["--plan", str(plan), "migrate", "--json", "--source", str(store)]
            start += ["--database", url, "--user-id", USER, "--continue-on-error"]
            bare = [*start, "--no-backup"]
            copy = [psql, "-q", "-X", url, "-c", f"\\copy tasks from '{rows}' csv"]
            table = defaultdict[str, list[tuple[float, float, float]]](list)
            for number in range(rounds + 1):
                reset(url)
                baseline = call(copy).seconds
                spent: dict[str, Spent] = {}
                reset(url)
                spent["first run, one process"] = call([*bare, "--max-concurrent", "1"])
                reset(url)
                spent["first run"] = call(bare)
                spent["nothing changed"] = call(bare)
                change_some(url)
                spent["30 % conflicts"] = call([*bare, "--conflict", "overwrite"])
                reset(url)
                spent["first run, backup"] = call(start)
                check(spent, items)
                for name, each in spent.items() if number else ():  # the first warms up
                    ratios = each.seconds / baseline, each.unverified / baseline
                    table[name].append((*ratios, each.memory))
    print(f"\nMigrating {items:,} items of 2 KiB, median of {rounds} rounds, psql \\copy = 1")
    print(f"  {'':24}{'whole':>8}{'unverified':>12}{'peak memory':>14}")
    for name, found in table.items():
        whole, unverified, memory = (median(column) for column in zip(*found, strict=True))
        print(f"  {name:24}{whole:8.2f}{unverified:12.2f}{memory:10.0f} MiB")


def binaries() -> Path | None:
    installed = Path("/usr/lib/postgresql/15/bin")
    return installed if installed.exists() else None


def check(spent: dict[str, Spent], items: int) -> None:
    for name in ("first run, one process", "first run", "first run, backup"):
        assert spent[name].counts["inserted"] == items, spent[name]
    assert spent["nothing changed"].counts["unchanged"] == items
    assert spent["30 % conflicts"].counts["updated"] == items * 3 // 10
