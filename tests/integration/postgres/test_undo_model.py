"""Undo against a model: dictionaries of rows, and by whom each was written last.

Runs migrate with either policy, others edit rows behind our back, any run is undone in any order,
undos too; after each step the whole table is as the model says.
"""

from dataclasses import dataclass, field
from itertools import count

import hypothesis.strategies as st
import sqlalchemy
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desktop_migrator.model import ConflictPolicy
from tests.integration.postgres.factories import Bench, item
from tests.integration.postgres.undoing import Undone

IDS = st.integers(1, 4)
TITLES = st.sampled_from("abc")
STARS = st.sampled_from([None, 1, 2])
TABLE = """
CREATE TABLE tasks (id int PRIMARY KEY, title text, user_id text, stars int DEFAULT 3);
"""
EMPTY = "TRUNCATE tasks, desktop_migrator.runs CASCADE"


@dataclass(frozen=True)
class Row:
    title: str
    stars: int | None
    version: int
    """The same whenever the row is the very one that somebody wrote."""

    @property
    def values(self) -> tuple[str, int | None]:
        return self.title, self.stars


@dataclass
class Effect:
    """What a run did to a row."""

    before: Row | None
    after: Row | None
    whole: bool
    """Whether it wrote every column."""
    undone: "Effect | None" = None
    """Which effect it undid."""
    undoers: "list[Effect]" = field(default_factory=list, repr=False)

    @property
    def alive(self) -> bool:
        """An effect is undone as long as one of its undoings, of which there may be several in
        time, is not undone itself."""
        return not any(undoer.alive for undoer in self.undoers)


@dataclass
class ModelRun:
    id: str
    effects: dict[int, Effect] = field(default_factory=dict)


class UndoMachine(RuleBasedStateMachine):
    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.bench.sql(EMPTY)
        self.rows: dict[int, Row] = {}
        self.runs: list[ModelRun] = []
        self.versions = count()

    def new(self, title: str, stars: int | None) -> Row:
        return Row(title, stars, next(self.versions))

    @rule(titles=st.dictionaries(IDS, TITLES, min_size=1), overwrite=st.booleans(), size=IDS)
    def migrate(self, titles: dict[int, str], overwrite: bool, size: int) -> None:
        policy = ConflictPolicy.OVERWRITE if overwrite else ConflictPolicy.SKIP
        items = [item("tasks", number, title, "user-1") for number, title in titles.items()]
        self.bench.load(*items, policy=policy, items=size)
        run = ModelRun(self.bench.run)
        for number, title in titles.items():
            before = self.rows.get(number)
            if before is None:
                after = self.new(title, 3)
            elif overwrite and before.title != title:
                after = self.new(title, before.stars)
            else:
                continue
            self.rows[number] = after
            run.effects[number] = Effect(before, after, whole=False)
        self.runs.append(run)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), title=TITLES, stars=STARS)
    def edit(self, data: st.DataObject, title: str, stars: int | None) -> None:
        number = data.draw(st.sampled_from(sorted(self.rows)))
        self.bench.sql(
            "UPDATE tasks SET title = %s, stars = %s WHERE id = %s", title, stars, number
        )
        self.rows[number] = self.new(title, stars)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.rows)))
        self.bench.sql("DELETE FROM tasks WHERE id = %s", number)
        del self.rows[number]

    @rule(number=IDS, title=TITLES)
    def insert(self, number: int, title: str) -> None:
        if number not in self.rows:
            self.bench.sql("INSERT INTO tasks VALUES (%s, %s, 'user-1')", number, title)
            self.rows[number] = self.new(title, 3)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), force=st.booleans())
    def undo(self, data: st.DataObject, force: bool) -> None:
        self.undo_run(data.draw(st.sampled_from(self.runs)), force=force)

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def undo_all_since(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(0, len(self.runs) - 1))
        for run in reversed(self.runs[first:]):
            self.undo_run(run, force=False)

    def undo_run(self, undone: ModelRun, *, force: bool) -> None:
        run = ModelRun("")
        kept = 0
        for number, effect in undone.effects.items():
            if effect.alive:
                mine = self.take_back(number, effect, force=force)
                if mine is None:
                    kept += 1
                else:
                    run.effects[number] = mine
        for effect in run.effects.values():
            if effect.undone:
                effect.undone.undoers.append(effect)
        done = Undone(self.bench, undone.id, force=force)
        run.id = done.run
        self.runs.append(run)
        counts = done.counts
        assert counts.pop("kept", 0) == kept
        assert sum(counts.values()) == len(run.effects)

    def take_back(self, number: int, effect: Effect, *, force: bool) -> Effect | None:
        """What undoing does to a row; None if it is kept."""
        now = self.rows.get(number)
        before, after = effect.before, effect.after
        if before and after is None and now is None:  # it was deleted
            self.rows[number] = before
            return Effect(None, before, whole=True, undone=effect)
        if now is None or after is None or not (force or self.is_left(now, effect)):
            return None
        if before is None:  # it was inserted
            del self.rows[number]
            return Effect(now, None, whole=True, undone=effect)
        exact = now.version == after.version
        if exact:
            self.rows[number] = before
        else:
            stars = before.stars if effect.whole else now.stars
            self.rows[number] = self.new(before.title, stars)
        return Effect(now, self.rows[number], whole=exact or effect.whole, undone=effect)

    def is_left(self, now: Row, effect: Effect) -> bool:
        """Whether the row is what the effect left, as far as can be told."""
        assert effect.after
        if now.version == effect.after.version:
            return True
        if effect.whole:
            return now.values == effect.after.values
        nobody_knows = effect.before is None and now.stars is not None
        return now.title == effect.after.title and not nobody_knows

    @invariant()
    def the_table_is_as_the_model_says(self) -> None:
        found = {row[0]: row[1:] for row in self.bench.sql("SELECT id, title, stars FROM tasks")}
        assert found == {number: row.values for number, row in self.rows.items()}


def test_undo_does_what_the_model_does(connection: sqlalchemy.Connection, database: str) -> None:
    bench = Bench(connection, database, TABLE)
    bench.entity("tasks", "id", "title", "user_id")
    machine = type("Machine", (UndoMachine,), {"bench": bench})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
