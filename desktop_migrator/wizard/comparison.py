"""What came of holding the items against the database, for the page of conflicts. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.migration.preview.build_preview import preview_against_database
from desktop_migrator.migration.preview.preview_store import EntitySummary, PreviewStore
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import MergeRule
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of holding the items against the database."""

    counted: list[tuple[EntitySummary, int]]
    """The kinds that have conflicts, with their numbers."""
    rules: Mapping[str, MergeRule]
    """By which it was done."""
    with_versions: frozenset[str]
    """The kinds of which an item is there more than once."""


def compare(
    job: Job, workspace: Workspace, reporter: Reporter, findings: PreviewStore
) -> Comparison:
    """Fills `findings`; writes nothing. Raises MigratorError."""
    result = preview_against_database(job, workspace, reporter, findings)
    if result.error:
        raise result.error
    return Comparison(
        counted=_count_conflicts(findings, workspace.decisions),
        rules=dict(job.rules),
        with_versions=frozenset(
            name
            for name, counts in result.by_entity.items()
            if counts.superseded or counts.duplicates
        ),
    )


def _count_conflicts(preview_store: PreviewStore, path: Path) -> list[tuple[EntitySummary, int]]:
    """The kinds that have conflicts, with their numbers.

    Answers that were given before, to just these conflicts, count again.
    """
    decisions = Decisions(path)
    counted = []
    for kind in preview_store.entities:
        number = 0
        for place, conflict, _ in preview_store.conflicts_with_answers(kind.name):
            number += 1
            answer = decisions.answer(
                conflict.entity, conflict.id, conflict.row_digest, conflict.item_digest
            )
            if answer:
                preview_store.set_answer(kind.name, place, answer)
        if number:
            counted.append((kind, number))
    return counted
