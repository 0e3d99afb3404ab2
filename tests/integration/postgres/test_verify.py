"""Verification finds what became of rows behind our back, and nothing else."""

import pytest
import sqlalchemy

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.verify.verify_run import Discrepancy, verify
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import Bench, row_id, task

MANY = [task(number) for number in range(1, 301)]


@on_every_server
def test_rows_as_they_were_sent_are_verified(bench: Bench) -> None:
    bench.load(*MANY, items=70)
    found = bench.verify()
    assert found.ok
    assert (found.checked, found.missing, found.different) == (300, 0, 0)
    assert bench.reporter.progress[-1] == ("verify", 300, 300)


def test_rows_deleted_afterwards_are_found_and_those_changed_are_counted(bench: Bench) -> None:
    bench.load(*MANY, items=70)
    bench.sql("DELETE FROM tasks WHERE id IN (%s, %s)", row_id(7), row_id(71))
    bench.sql(
        "UPDATE tasks SET metadata = metadata || '{\"number\": 8.5}' WHERE id = %s", row_id(8)
    )
    bench.sql("UPDATE tasks SET created_at = created_at + '1 microsecond' WHERE id = %s", row_id(9))
    bench.sql("UPDATE tasks SET status = NULL WHERE id = %s", row_id(300))
    found = bench.verify()
    assert not found.ok
    assert (found.checked, found.missing, found.different, found.changed) == (300, 2, 0, 3)
    assert set(found.examples) == {
        Discrepancy("tasks", row_id(number), missing=True) for number in (7, 71)
    }
    assert found.by_entity["tasks"].missing == 2


def test_examples_are_bounded(bench: Bench) -> None:
    bench.load(*MANY)
    bench.sql("TRUNCATE tasks")
    found = bench.verify()
    assert found.missing == 300
    assert len(found.examples) == 20


@pytest.mark.parametrize(
    ("change", "missing", "different"),
    [("NEW.title := upper(NEW.title); RETURN NEW;", 0, 300), ("RETURN NULL;", 300, 0)],
)
def test_what_a_trigger_made_of_the_rows_is_found(
    bench: Bench, change: str, missing: int, different: int
) -> None:
    bench.sql(
        f"CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change} END $$;"
        "CREATE TRIGGER meddle BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION meddle()"
    )
    assert bench.load(*MANY) == {"inserted": 300}
    found = bench.verify()
    assert (found.missing, found.different) == (missing, different)


def test_rows_kept_in_a_conflict_are_the_apps_own(bench: Bench) -> None:
    bench.load(*MANY)
    changed = [task(1, title="New"), *MANY[1:]]
    assert bench.load(*changed)["skipped"] == 1
    found = bench.verify()
    assert found.ok
    assert found.checked == 299


@pytest.mark.parametrize("policy", list(ConflictPolicy))
def test_an_item_met_again_is_compared_with_what_was_written(
    bench: Bench, policy: ConflictPolicy
) -> None:
    items = [task(1), task(2), task(1, title="Copy"), task(3), task(2), task(2, title="Copy")]
    bench.load(*items, policy=policy, items=2)
    assert bench.verify().ok
    bench.sql("UPDATE tasks SET title = 'Copy' WHERE id = %s", row_id(1))
    found = bench.verify()
    assert found.ok
    assert found.changed == 1


def test_only_the_columns_that_were_given_are_compared(bench: Bench) -> None:
    bench.load(*MANY)
    bench.sql("ALTER TABLE tasks ADD stars int DEFAULT 1")
    bench.sql("UPDATE tasks SET stars = 2")
    assert bench.verify().ok


def test_a_dry_run_is_verified_before_it_is_undone(
    connection: sqlalchemy.Connection, bench: Bench
) -> None:
    with connection.begin() as transaction:
        bookkeeping.upgrade(connection)
        bench.start()
        bench.loader(dry_run=True, items=70).load(iter(MANY))
        found = verify(connection, bench.entities.values(), bench.run, bench.reporter)
        transaction.rollback()
    assert found.ok
    assert found.checked == 300
    assert bench.sql("SELECT count(*) FROM tasks") == [(0,)]


def test_verification_can_be_cancelled(bench: Bench) -> None:
    bench.load(*MANY)
    bench.reporter.cancel.set()
    with pytest.raises(Cancelled):
        bench.verify()
