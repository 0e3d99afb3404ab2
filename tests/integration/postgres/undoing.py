"""Undoes runs of a `Bench`, as the use case would."""

from dataclasses import asdict
from typing import Any

from desktop_migrator.model import ConflictPolicy, Outcome
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.undo.undo_run import Undoer
from tests.integration.postgres.factories import USER, Bench


class Undone:
    """An undo that came to its end."""

    def __init__(self, bench: Bench, *runs: str, force: bool = False) -> None:
        with bench.connection.begin():
            self.run = bookkeeping.start_run(
                bench.connection,
                user_id=USER,
                plan="test",
                plan_digest=b"",
                policy=ConflictPolicy.SKIP,
                undoes=runs,
            )
        self._undoer = Undoer(bench.connection, run=self.run, reporter=bench.reporter, force=force)
        self._undoer.undo(runs)
        with bench.connection.begin():
            bookkeeping.finish_run(
                bench.connection, self.run, Outcome.COMPLETED, self._undoer.counts
            )

    @property
    def counts(self) -> dict[str, int]:
        """Those that are not 0, of all entities together."""
        totals: dict[str, int] = {}
        for part in self._undoer.counts.values():
            for name, number in asdict(part).items():
                totals[name] = totals.get(name, 0) + number
        return {name: number for name, number in totals.items() if number}

    @property
    def kept(self) -> dict[str, str]:
        """Why, by id."""
        return {kept.id: kept.reason.name.lower() for kept in self._undoer.kept}


def content(bench: Bench, table: str = "tasks") -> list[Any]:
    """Every row as PostgreSQL sends it in binary, so that nothing is rounded."""
    return bench.sql(f"SELECT record_send(t) FROM {table} t ORDER BY 1")
