"""Random histories of a table: people migrate, with one process or three, are cut off and go on;
the app edits rows between; runs and undos are undone. After each step the rows are as the model
says.

The model is a dictionary of rows, and by whom each was written last. Where the program cannot know
either (a row that was written again with equal values, an item that needed nothing before its row
was edited), two outcomes are right.

    python -m tests.integration.histories 1000 7 postgresql://…    # so many, from this seed on
"""

import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from desktop_migrator.browsers.read import partitions
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.model import ConflictPolicy, MergeRule, Outcome
from desktop_migrator.postgres.bookkeeping.runs import find_run
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.connection.retry import RetryPolicy
from desktop_migrator.postgres.verify.row_state import mismatched_counts
from desktop_migrator.reporter import Stage
from tests.integration.desk import AtStage, Desk, row_id

PLAN = """
version = 1
name = "history"
[entities.tasks]
table = "tasks"
updated = "updated_at"
sources = [{ keys = ["tasks-*"] }]
[entities.tasks.columns]
src = { from = "id" }
title = { from = "title" }
note = { from = "note" }
updated_at = { from = "updatedAt" }
user_id = { from = "$user" }
"""
COLUMNS = (
    "src text, title text CHECK (title <> 'bad'), note text, updated_at timestamptz, user_id text"
)
TABLES = {
    "ids of all": f"CREATE TABLE tasks (id text PRIMARY KEY, {COLUMNS})",
    "ids of each person": f"CREATE TABLE tasks (id uuid, {COLUMNS}, PRIMARY KEY (user_id, id))",
    "derived ids": f"CREATE TABLE tasks (id uuid PRIMARY KEY, {COLUMNS})",
    "drawn ids": f"CREATE TABLE tasks (id bigserial PRIMARY KEY, {COLUMNS})",
    "no key": f"CREATE TABLE tasks (id text, {COLUMNS})",
}
EMPTY = """
DROP TABLE IF EXISTS tasks;
TRUNCATE desktop_migrator.runs, desktop_migrator.identities, desktop_migrator.leases CASCADE
"""
READ = "SELECT user_id, src, id::text, title, note, to_char(updated_at, 'DD') FROM tasks"
TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
USERS = ("u1", "u2")
ITEMS = range(14)

Key = tuple[str, str]
"""A person and the id of an item of theirs."""
Values = tuple[str, str | None, str]
"""Title, note, day of the last change."""


@dataclass(frozen=True, eq=False)
class Row:
    """The same as long as nobody writes it."""

    id: str
    values: Values


@dataclass(eq=False)
class Effect:
    """What a run did to a row."""

    key: Key
    before: Row | None
    after: Row | None
    undoes: "Effect | None" = None
    whole: bool = True
    """Whether it wrote every column; else those that differ."""
    undone: bool = False

    def set_undone(self, undone: bool) -> None:
        """What it undoes itself is undone if it is not, and so on."""
        self.undone = undone
        if self.undoes:
            self.undoes.set_undone(not undone)

    def taken_back_from(self, now: Row | None) -> Values | None:
        """The values of a row that was written since, without what the effect did to its columns;
        None where these are not as it left them, or it had no row before."""
        if now is None or self.before is None or self.after is None:
            return None
        columns = list(zip(self.before.values, self.after.values, now.values, strict=True))
        if any(after != last for before, after, last in columns if self.whole or before != after):
            return None
        title, note, day = (last if before == after else before for before, after, last in columns)
        return str(title), note, str(day)


@dataclass(eq=False)
class ModelRun:
    id: str
    effects: list[Effect] = field(default_factory=list)


def decided(item: Values, row: Row | None, policy: str) -> tuple[str, Values | None]:
    """What becomes of an item and its row: a word of `Counts`, and the row's values after."""
    now = row.values if row else None
    if now is None:
        return ("rejected", None) if item[0] == "bad" else ("inserted", item)
    if now == item:
        return "unchanged", now
    if policy == "fields":
        merged = now[0], now[1] or item[1], now[2]
        return ("skipped", now) if merged == now else ("updated", merged)
    if policy == "skip" or (policy == "newest" and item[2] <= now[2]):
        return "skipped", now
    return ("rejected", now) if item[0] == "bad" else ("updated", item)


class History:
    """One, in a database that is emptied before."""

    def __init__(self, desk: Desk, seed: int, figures: Counter[str]) -> None:
        self.desk = desk
        self.random = Random(seed)
        self.figures = figures
        self.rows: dict[Key, Row] = {}
        self.runs: list[ModelRun] = []
        self.numbers = count()
        self.kind = self.random.choice(list(TABLES))
        if desk.sql("SELECT to_regclass('desktop_migrator.runs')") == [(None,)]:
            desk.sql("DROP TABLE IF EXISTS tasks")
        else:
            desk.sql(EMPTY)
        desk.sql(TABLES[self.kind])

    def play(self) -> None:
        self.migrate()
        for _ in range(self.random.randint(2, 6)):
            steps = [self.migrate, self.migrate, self.edit, self.undo, self.undo]
            self.random.choice(steps)()
        self.check_bookkeeping()

    # ---- steps ------------------------------------------------------------------------------

    def migrate(self) -> None:
        choose = self.random
        user = choose.choice(USERS)
        numbers = choose.sample(ITEMS, choose.randint(1, len(ITEMS)))
        items = {(user, self.source_id(number)): self.values() for number in numbers}
        policy = choose.choice(["skip", "overwrite", "newest", "fields"])
        job: dict[str, Any] = {
            "policy": ConflictPolicy.MERGE if policy in ("newest", "fields") else policy,
            "rules": {"tasks": MergeRule(policy)} if policy in ("newest", "fields") else {},
            "batch_size": choose.randint(1, 5),
            "max_concurrent": choose.choice([1, 3]),
            "retries": RetryPolicy(choose.choice([1, 3]), 0.0),
            "preserve_partial": True,
        }
        job["policy"] = ConflictPolicy(job["policy"])
        sources, copies = self.profiles(items)
        interrupt = choose.choice([None, None, "cancel", "terminate", "kill"])
        run = ModelRun("")
        self.runs.append(run)
        done: set[Key] = set()
        """Items that an earlier part of the run has changed something for."""
        seen: dict[Key, Row | None] | None = None
        """The rows at the end of that part."""
        while True:
            before = dict(self.rows)
            reporter = self.interrupting(interrupt, len(items))
            resume = seen is not None
            result = self.desk.run(*sources, user=user, reporter=reporter, resume=resume, **job)
            self.figures["runs"] += 1
            finished = result.outcome is Outcome.COMPLETED
            run.id = result.run or run.id
            self.expect(run, items, policy, done, seen, finished=finished)
            if finished:
                break
            self.figures[f"cut off: {interrupt}"] += 1
            assert interrupt, result.error
            done |= {key for key in items if self.rows.get(key) is not before.get(key)}
            seen = {key: self.rows.get(key) for key in items}
            if choose.random() < 0.6:
                self.edit(delete=False)
            interrupt = choose.choice([None, interrupt])
            if choose.random() < 0.3:
                return  # nobody goes on with it
            self.figures["resumed"] += 1
        assert result.verified, result.error
        wanted = Counter(decided(item, before.get(key), policy)[0] for key, item in items.items())
        counts = result.counts
        assert counts.items == counts.accounted == copies
        if seen is None:
            counts.unchanged -= counts.duplicates
            assert {name: getattr(counts, name) for name in wanted} == wanted

    def edit(self, *, delete: bool = True) -> None:
        """By the app."""
        for key in self.random.sample(sorted(self.rows), min(2, len(self.rows))):
            row = self.rows[key]
            where = "WHERE user_id = %s AND src = %s"
            if delete and self.random.random() < 0.4:
                self.desk.sql(f"DELETE FROM tasks {where}", *key)
                del self.rows[key]
            else:
                values = (self.random.choice(["a", "b", row.values[0]]), *row.values[1:])
                self.desk.sql(f"UPDATE tasks SET title = %s {where}", values[0], *key)
                self.rows[key] = Row(row.id, values)
            self.figures["edits"] += 1

    def undo(self) -> None:
        run = self.random.choice(self.runs)
        effects = [each for each in run.effects if not each.undone]
        if not effects:
            return
        undone = self.desk.undo(run.id)
        self.figures["undos"] += 1
        assert undone.error is None
        found = self.found()
        taken = {id_: key for key, (id_, _) in found.items()}
        mine = ModelRun(undone.run)
        self.runs.append(mine)
        for effect in effects:
            key, now = effect.key, self.rows.get(effect.key)
            is_now = found[key][1] if key in found else None
            restored = effect.before.values if effect.before else None
            exact = now is effect.after
            if effect.after is None and now is None and effect.before:
                exact = self.is_free(effect.before.id, key, taken)
            stays = now.values if now else None
            allowed = {stays, effect.taken_back_from(now) or stays}
            if now and effect.after and effect.before is None and now.values == effect.after.values:
                allowed.add(None)
            assert is_now in ({restored} if exact else allowed), (key, stays, is_now)
            if exact or is_now != stays:
                whole = effect.whole or exact
                left = effect.before if exact else Row(*found[key]) if key in found else None
                mine.effects.append(Effect(key, now, left, effect, whole))
                effect.set_undone(True)
                if left:
                    self.rows[key] = left
                else:
                    del self.rows[key]
        self.check_rows(found)

    # ---- the model ----------------------------------------------------------------------------

    def expect(
        self,
        run: ModelRun,
        items: dict[Key, Values],
        policy: str,
        done: set[Key],
        seen: dict[Key, Row | None] | None,
        *,
        finished: bool,
    ) -> None:
        """That the rows are now what this part of a run was to make of them."""
        found = self.found()
        for key, item in items.items():
            now = self.rows.get(key)
            stays = now.values if now else None
            _, becomes = decided(item, now, policy)
            if key in done:
                allowed = {stays}
            elif not finished or (seen is not None and seen[key] is not now):
                allowed = {stays, becomes}
            else:
                allowed = {becomes}
            is_now = found[key][1] if key in found else None
            assert is_now in allowed, (key, item, policy, stays, is_now)
            if is_now is not None and is_now != stays:
                self.rows[key] = Row(*found[key])
                earlier = [each for each in run.effects if each.key == key]
                assert not earlier, "a run changes a row once"
                whole = policy != "fields" or now is None
                run.effects.append(Effect(key, now, self.rows[key], whole=whole))
        self.check_rows(found)

    def check_rows(self, found: dict[Key, tuple[str, Values]]) -> None:
        assert {key: values for key, (_, values) in found.items()} == {
            key: row.values for key, row in self.rows.items()
        }

    def check_bookkeeping(self) -> None:
        engine = open_engine(self.desk.database)
        try:
            with engine.connect() as connection:
                for run in self.runs:
                    known = find_run(connection, run.id)
                    assert known is not None
                    assert mismatched_counts(connection, known) == []
        finally:
            engine.dispose()

    def found(self) -> dict[Key, tuple[str, Values]]:
        """The rows, each once for a person and an item."""
        rows = self.desk.sql(READ)
        found = {
            (user, src): (id_, (title, note, day)) for user, src, id_, title, note, day in rows
        }
        assert len(found) == len(rows)
        return found

    def is_free(self, row_id: str, key: Key, taken: dict[str, Key]) -> bool:
        """Whether no other person's row has this id."""
        return self.kind == "ids of each person" or taken.get(row_id, key) == key

    # ---- what is random -------------------------------------------------------------------------

    def source_id(self, number: int) -> str:
        return f"t{number}" if self.kind == "derived ids" and number % 2 else row_id(number)

    def values(self) -> Values:
        choose = self.random.choice
        titles = ["a", "b", "c", "d", "e", "bad"]
        return choose(titles), choose([None, "n", "m"]), choose(["01", "02", "03"])

    def profiles(self, items: dict[Key, Values]) -> tuple[list[Path], int]:
        """The items in two browsers, some of them in both, and how many copies that makes."""
        records: list[dict[str, list[Any]]] = [{}, {}]
        for (_, src), (title, note, day) in items.items():
            item = {
                "id": src,
                "title": title,
                "note": note,
                "updatedAt": f"2026-01-{day}T10:00:00Z",
            }
            for index in self.random.choice([(0,), (1,), (0, 1)]):
                key = f"tasks-{self.random.randint(0, 3)}"
                records[index].setdefault(key, []).append(item)
        number = next(self.numbers)
        named = [(f"p{number}-{index}", each) for index, each in enumerate(records) if each]
        folder = Path(tempfile.mkdtemp(dir=self.desk.folder))
        copies = sum(len(record) for _, each in named for record in each.values())
        return [self.desk.profile(str(folder / name), **each) for name, each in named], copies

    def interrupting(self, how: str | None, items: int) -> AtStage | None:
        if how is None:
            return None
        at = self.random.randint(0, items)
        do: Callable[[], Any] | None = None
        if how == "terminate":
            do = self.terminate
        elif how == "kill":
            do = self.kill
        return OnceAtStage(Stage.LOAD, do, at)

    def terminate(self) -> None:
        with psycopg.connect(self.desk.database, autocommit=True) as connection:
            connection.execute(TERMINATE)

    def kill(self) -> None:
        """One of the loading processes; where there is none, the connections go."""
        loading = multiprocessing.active_children()
        if loading:
            self.figures["processes killed"] += 1
            self.random.choice(loading).kill()
        else:
            self.terminate()


class OnceAtStage(AtStage):
    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if stage is self._stage and current >= self._at:
            self._do = int


def play(database: str, folder: Path, seeds: Iterator[int] | range) -> Counter[str]:
    """The figures of all these histories. Raises AssertionError, which names the seed."""
    figures: Counter[str] = Counter()
    step, characters = partitions._STEP, load_parallel.MIN_CHARACTERS_FOR_PARALLEL
    partitions._STEP, load_parallel.MIN_CHARACTERS_FOR_PARALLEL = 100, 0
    try:
        desk = Desk(database, folder)
        desk.write_plan(PLAN)
        for seed in seeds:
            try:
                History(desk, seed, figures).play()
            except Exception as error:
                error.add_note(f"history {seed}")
                raise
            figures["histories"] += 1
    finally:
        partitions._STEP, load_parallel.MIN_CHARACTERS_FOR_PARALLEL = step, characters
    return figures


if __name__ == "__main__":
    number, first = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as place:
        for name, figure in play(sys.argv[3], Path(place), range(first, first + number)).items():
            sys.stdout.write(f"{name}: {figure:,}\n")
