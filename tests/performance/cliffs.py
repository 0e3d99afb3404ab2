"""Loads that go badly or oddly, by how much dearer an item is than in an ordinary load.

Each of n items and of 4 n, on one server, in this process: "growth" is what an item takes of 4 n
against what it takes of n, and must stay within LIMIT; "ordinary" is an item's against one of an
ordinary first load of as many in the same round. CPU time of both client and server, since wall
time depends on who else is there; medians over the rounds. Of large rows the memory is told too.

ITEMS (n) and ROUNDS, from the environment, make it shorter.
"""

import json
import os
import resource
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import plyvel
import psutil
import psycopg

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.reporter import NullReporter

ITEMS = int(os.environ.get("ITEMS", "5000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
LIMIT = 1.3
LARGE_ROW = 200_000
"""Bytes of a row that is large."""
ENTITIES = 50
USER = "bench"
_ENTITY = """
[entities.{name}]
table = "{name}"
id = {{ from = "id", type = "{id_type}" }}
[[entities.{name}.sources]]
keys = ["{name}-*"]
[entities.{name}.columns]
title = {{ from = "title", type = "text" }}
note = {{ from = "note", type = "text" }}
parent = {{ from = "parent", type = "{id_type}"{refers} }}
user_id = {{ from = "$user", type = "text" }}
"""
_TABLE = "CREATE TABLE {name} (id {id_type} PRIMARY KEY, title text, note text,"
_TABLE += " parent {id_type}, user_id text);"


def entity(name: str = "tasks", refers_to: str = "", id_type: str = "uuid") -> str:
    refers = f', references = "{refers_to}"' if refers_to else ""
    return _ENTITY.format(name=name, refers=refers, id_type=id_type)


def table(name: str = "tasks", id_type: str = "uuid") -> str:
    return _TABLE.format(name=name, id_type=id_type)


def item_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def ordinary(number: int) -> dict[str, Any]:
    return {"id": item_id(number), "title": f"Task {number}", "note": "some words " * 20}


@dataclass(frozen=True)
class Cliff:
    expected: str
    """What all the items are counted as."""
    make: Callable[[int], dict[str, Any]] = ordinary
    plan: str = entity()
    tables: str = table()
    before: str = ""
    """SQL, in which {items} is their number."""
    entities: int = 1
    runs: int = 1
    """The last one is measured."""
    policy: ConflictPolicy = ConflictPolicy.SKIP


def chained() -> Cliff:
    names = [f"level{number}" for number in range(ENTITIES)]
    plan = "".join(
        entity(name, before) for name, before in zip(names, ["", *names[:-1]], strict=True)
    )
    return Cliff("inserted", plan=plan, tables="".join(map(table, names)), entities=ENTITIES)


CLIFFS = {
    "ordinary": Cliff("inserted"),
    "all refused by a rule": Cliff(
        "rejected", before="ALTER TABLE tasks ADD CHECK (title = 'none')"
    ),
    "all refused by a foreign key": Cliff(
        "rejected",
        before="CREATE TABLE known (title text PRIMARY KEY);"
        "ALTER TABLE tasks ADD FOREIGN KEY (title) REFERENCES known",
    ),
    "a list without its head": Cliff(
        "rejected",
        make=lambda number: ordinary(number) | {"parent": item_id(number - 1 if number else 10**9)},
        plan=entity(refers_to="tasks"),
    ),
    "again before ANALYZE": Cliff(
        "unchanged",
        make=lambda number: ordinary(number) | {"id": f"task-{number}"},
        runs=2,
    ),
    "large rows, kept": Cliff(
        "skipped",
        before="ALTER TABLE tasks ALTER note SET STORAGE EXTERNAL;"
        "INSERT INTO tasks SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid,"
        f" 'row', repeat('x', {LARGE_ROW}), NULL, '{USER}' FROM generate_series(0, {{items}}) i",
    ),
    f"{ENTITIES} entities in a chain": chained(),
}
FEWER = {"large rows, kept": 10}
"""Where it takes a part of the items to show it."""


class Server:
    """A built-in server of this bench's."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        self._process = psutil.Process(pid)

    def seconds(self) -> float:
        """Of CPU, of all that it has ended and has."""
        times = self._process.cpu_times()
        ended = times.user + times.system + times.children_user + times.children_system
        now = 0.0
        for child in self._process.children():
            with suppress(psutil.NoSuchProcess):  # it has just ended
                now += child.cpu_times().user + child.cpu_times().system
        return float(ended + now)


def measure(server: Server, folder: Path, cliff: Cliff, items: int) -> float:
    """Seconds of CPU of the last run."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS desktop_migrator CASCADE;"
            "CREATE SCHEMA public;" + cliff.tables + cliff.before.format(items=items - 1)
        )
    plan = folder / "plan.toml"
    plan.write_text('version = 1\nname = "bench"\n' + cliff.plan)
    store = folder / "leveldb"
    make_store(store, cliff, items)
    workspace = Workspace.open(folder / "data")
    job = Job(
        plan=load_plan(plan),
        database=server.url,
        person=Person(USER),
        sources=(store,),
        continue_on_error=True,
        backup=False,
        rollback_threshold=1.0,
        max_concurrent=1,
        policy=cliff.policy,
    )
    for _ in range(cliff.runs):
        before = server.seconds() + own_seconds()
        result = migrate(job, workspace, NullReporter())
        spent = server.seconds() + own_seconds() - before
    assert getattr(result.counts, cliff.expected) == items, result.counts
    return spent


def own_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def make_store(store: Path, cliff: Cliff, items: int) -> None:
    plyvel.destroy_db(str(store))
    names = [f"level{n}" for n in range(cliff.entities)] if cliff.entities > 1 else ["tasks"]
    each = items // cliff.entities
    with plyvel.DB(str(store), create_if_missing=True) as database:
        database.put(b"VERSION", b"1")
        for place, name in enumerate(names):
            for first in range(0, each, 500):
                numbers = range(place * each + first, place * each + min(first + 500, each))
                made = [cliff.make(number) for number in numbers]
                if place:
                    for one, number in zip(made, numbers, strict=True):
                        one["parent"] = item_id(number - each)
                key = b"_http://bench.test\x00\x01%b-%09d" % (name.encode(), first)
                database.put(key, b"\x01" + json.dumps(made).encode("latin-1"))


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    installed = Path("/usr/lib/postgresql/15/bin")
    postgres = BuiltinPostgres(folder / "server", installed if installed.exists() else None)
    with postgres.running() as url:
        yield Server(url, postgres.folder)


def run(items: int = ITEMS, rounds: int = ROUNDS) -> None:
    table = defaultdict[str, list[tuple[float, float]]](list)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        with started(folder) as server:
            measure(server, folder, CLIFFS["ordinary"], items)  # warms up
            for _ in range(rounds):
                plain: dict[int, float] = {}
                for name, cliff in CLIFFS.items():
                    few = items // FEWER.get(name, 1)
                    spent = {n: measure(server, folder, cliff, n) / n for n in (few, 4 * few)}
                    plain = plain or spent
                    table[name].append((spent[4 * few] / spent[few], spent[4 * few]))
                for found in table.values():
                    growth, own = found[-1]
                    found[-1] = growth, own / plain[4 * items]
    print(f"\nOdd loads of {items:,} and {4 * items:,} items, CPU of client and server")
    print(f"  {'':28}{'growth':>8}{'to ordinary':>14}")
    for name, found in table.items():
        growth, ratio = (median(column) for column in zip(*found, strict=True))
        mark = "" if growth <= LIMIT else "  MORE THAN LINEAR"
        print(f"  {name:28}{growth:8.2f}{ratio:14.2f}{mark}")


if __name__ == "__main__":
    run()
