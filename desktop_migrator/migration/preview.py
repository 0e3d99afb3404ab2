"""What would become of the records, by the plan alone: no database is needed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.migration.sources import open_sources
from desktop_migrator.migration.survey import choose_origins, survey
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import Item, Rejection, TargetEntity
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Preview:
    origins: tuple[str, ...]
    entities: dict[str, TargetEntity]
    """The entities that occur, as the plan would make their tables."""
    outcomes: Iterator[Item | Rejection]
    """Lazy, and only valid while the preview is open."""
    left_aside: dict[str, int]
    """Complete once `outcomes` is exhausted."""


@contextmanager
def open_preview(
    plan: Plan,
    sources: Sequence[Path],
    origins: Sequence[str],
    user_id: str,
    workspace: Workspace,
    reporter: Reporter,
) -> Iterator[Preview]:
    """Opens the sources and applies the plan to them; raises as `migrate` does."""
    with open_sources(sources, workspace.snapshots, reporter) as opened:
        chosen = choose_origins(plan, origins, opened, reporter)
        occurring = survey(plan, chosen, opened).items
        named = zip(plan.entities.values(), planned_tables(plan), strict=True)
        tables = {entity.table: table for entity, table in named}
        entities = bind(plan, tables, occurring)
        extractor = Extractor(plan, entities, user_id, chosen)
        yield Preview(
            origins=chosen,
            entities={entity.name: entity for entity in entities},
            outcomes=extractor.extract(opened.records()),
            left_aside=extractor.left_aside,
        )
