"""The local memory of runs."""

from pathlib import Path

from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.model import Counts, Outcome, RunResult


def result(run: str) -> RunResult:
    return RunResult(
        run=run,
        outcome=Outcome.COMPLETED,
        counts=Counts(items=3, inserted=3),
        by_entity={},
        skipped_records={},
        damages=(),
        verified=True,
        seconds=1.0,
        peak_memory_mb=1.0,
    )


def test_runs_are_remembered_the_newest_first(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for run, user in (("r1", "maria"), ("r2", "tom"), ("r3", "maria")):
        catalog.record_start(
            run, user_id=user, database="builtin", plan="default", origins=["https://a"]
        )
    catalog.record_end(result("r1"))
    again = Catalog(tmp_path / "catalog.sqlite")
    assert [run.run for run in again.runs()] == ["r3", "r2", "r1"]
    assert [run.run for run in again.runs("maria")] == ["r3", "r1"]
    cut_off, done = again.runs("maria")
    assert cut_off.outcome is None
    assert cut_off.finished is None
    assert done.outcome == "completed"
    assert done.verified
    assert done.counts
    assert done.counts["inserted"] == 3
    assert done.origins == ("https://a",)
