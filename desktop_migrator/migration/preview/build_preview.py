"""What would become of the records: by the plan alone, or compared with a database.

Either way the findings are the same things in the same store, which faces page over. The comparison
is a dry run: the run itself, looked on at, in a transaction that is rolled back.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET

from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import Message
from desktop_migrator.migration.preview.preview_store import (
    PreviewDetail,
    PreviewEntry,
    PreviewState,
    PreviewStore,
    escape_unprintable,
)
from desktop_migrator.migration.run.filters import ItemOrRejection, identity_hashes, is_excluded
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.run.reader_warnings import reader_warnings
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import (
    ColumnType,
    Conflict,
    Item,
    NotTaken,
    Rejection,
    RunResult,
    Source,
    Superseded,
    TargetEntity,
)
from desktop_migrator.plan.bind import assumed_tables, bind
from desktop_migrator.plan.envelope import PlaceholderCipher
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.item_titles import item_title
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.load.conflicts import display_text
from desktop_migrator.postgres.load.deduplicate import Deduplicator
from desktop_migrator.reporter import Reporter, Stage

_PLACEHOLDER_USER = "preview"
_BATCH = 500
_MAX_COLUMNS = 5
_MAX_VERSIONS = 20_000
"""Versions kept in memory until it is told what became of them."""
_MAX_CELL_LENGTH = 120
_JSON = (ColumnType.JSON, ColumnType.JSONB)
_STATES = {
    Action.INSERTED: PreviewState.NEW,
    Action.UNCHANGED: PreviewState.SAME,
    Action.UPDATED: PreviewState.DIFFERS,
    Action.SKIPPED: PreviewState.DIFFERS,
}


@dataclass(frozen=True, slots=True)
class PreviewSummary:
    """What a preview without a database came to, beside its findings."""

    origins: tuple[str, ...]
    records: int
    skipped_records: dict[str, int]
    """Records that did not become items, by reason."""
    not_taken: NotTaken
    copies: int = 0
    """Items that another one equals, of which the findings have one."""


def preview_plan(
    plan: Plan,
    sources: Sequence[Path],
    origins: Sequence[str],
    user_id: str | None,
    workspace: Workspace,
    reporter: Reporter,
    store: PreviewStore,
    *,
    excluded_items: Collection[bytes] = frozenset(),
    passphrase_or_key: str | None = None,
    say: Callable[[Message], str] = str,
) -> PreviewSummary:
    """Applies the plan to the sources; raises as `migrate` does.

    While nobody knows whose the data is, rows have no ids, which depend on that. What is
    `excluded_items` already is found all the same, and marked. `passphrase_or_key`, else a key of
    the keyring, opens captures among the sources. `say` puts the reasons in the table into words.
    """
    keys = UnlockKey(passphrase_or_key, workspace.credentials)
    with open_sources(sources, workspace.snapshots, reporter, keys) as opened:
        surveyed = survey(plan, origins, opened, reporter)
        chosen = surveyed.origins
        named = zip(plan.entities.values(), assumed_tables(plan), strict=True)
        tables = {entity.table: table for entity, table in named}
        entities = bind(plan, tables, surveyed.item_counts)
        extractor = Extractor(
            *(plan, entities, user_id or _PLACEHOLDER_USER, chosen, PlaceholderCipher()),
            surveyed.companions,
        )
        deduplicator = Deduplicator(entities, surveyed.duplicate_keys)
        reporter.started(Stage.PREVIEW, surveyed.records)
        with collecting_preview(
            store, excluded_items, has_user=user_id is not None, say=say
        ) as collector:
            collector.on_begin(entities)
            for outcome in deduplicator.deduplicate(extractor.extract(opened.records())):
                collector.add_outcome(outcome)
                if reporter.cancelled:
                    raise Cancelled
                reporter.advanced(Stage.PREVIEW, extractor.accounting.records - 1, surveyed.records)
        reporter.advanced(Stage.PREVIEW, surveyed.records, surveyed.records)
    accounting = extractor.accounting
    store.suspicions = accounting.told_suspicions
    for warning in reader_warnings(accounting):
        reporter.warned(warning)
    return PreviewSummary(
        chosen,
        accounting.records,
        dict(accounting.skipped),
        accounting.not_taken,
        deduplicator.duplicates.total(),
    )


def preview_against_database(
    job: Job, workspace: Workspace, reporter: Reporter, store: PreviewStore
) -> RunResult:
    """A dry run of the job. What the job leaves out is found all the same, and marked."""
    dry = replace(
        job, dry_run=True, resume=False, continue_on_error=True, excluded_items=frozenset()
    )
    with collecting_preview(store, job.excluded_items) as collector:
        result = migrate(dry, workspace, reporter, collector)
    store.suspicions = result.suspicions
    return result


@contextmanager
def collecting_preview(
    store: PreviewStore,
    excluded_items: Collection[bytes],
    *,
    has_user: bool = True,
    say: Callable[[Message], str] = str,
) -> Iterator["PreviewCollector"]:
    collector = PreviewCollector(store, excluded_items, has_user=has_user, say=say)
    yield collector
    collector.flush()


class PreviewCollector:
    """Puts outcomes into the findings, many at once. An `LoadObserver` of a load.

    Rows that nobody owns yet are kept without id and user.
    """

    def __init__(
        self,
        store: PreviewStore,
        excluded_items: Collection[bytes],
        *,
        has_user: bool,
        say: Callable[[Message], str] = str,
    ) -> None:
        self._store = store
        self._has_user = has_user
        self._say = say
        self._excluded_items = excluded_items
        self._formatters: dict[str, _RowFormatter] = {}
        self._pending: dict[str, list[PreviewEntry]] = {}
        self._versions: dict[Source, Conflict] = {}
        """Of which one is not superseded yet, by where that lies."""

    def on_begin(self, entities: Sequence[TargetEntity]) -> None:
        for entity in entities:
            form = self._formatters[entity.name] = _RowFormatter(entity, has_user=self._has_user)
            self._register_entity(entity.name, entity.table.name, form.headings, form.json)

    def add_outcome(self, outcome: ItemOrRejection | Superseded) -> None:
        if isinstance(outcome, Rejection):
            self.on_rejection(outcome, None)
        elif isinstance(outcome, Superseded):
            self.on_superseded(outcome, None)
        else:
            self._add_item(outcome, PreviewState.FOUND, None)

    def on_row(self, item: Item, action: Action, conflict: Conflict | None) -> None:
        self._add_item(item, _STATES[action], conflict)

    def on_rejection(self, rejection: Rejection, item: Item | None) -> None:
        self._add_aside(PreviewState.REJECTED, rejection, item)

    def on_versions(self, conflict: Conflict) -> None:
        """Kept for when the second of both is superseded."""
        if conflict.item_source and len(self._versions) < _MAX_VERSIONS:
            self._versions[conflict.item_source] = conflict

    def on_superseded(self, superseded: Superseded, item: Item | None) -> None:
        conflict = self._versions.pop(superseded.source, None)
        self._add_aside(PreviewState.SUPERSEDED, superseded, item, conflict)

    def _add_aside(
        self,
        state: PreviewState,
        aside: Rejection | Superseded,
        item: Item | None,
        conflict: Conflict | None = None,
    ) -> None:
        source = aside.source
        if aside.entity not in self._formatters:
            self._register_entity(aside.entity, "", ("id",))
        why = aside.code, aside.reason, aside.remedy
        detail = _detail(source, aside.source_id, aside.raw, None, *why)
        place = f"{source.key}[{source.position}]" if source.position else source.key
        told = filter(None, (item_title(aside.raw), self._say(aside.reason)))
        cells = (cell_text(aside.source_id or place), cell_text(": ".join(told)))
        self._add(state, cells, detail, [aside, *([item] if item else [])], conflict)

    def _add_item(self, item: Item, state: PreviewState, conflict: Conflict | None) -> None:
        form = self._formatters[item.entity]
        detail = _detail(item.source, item.source_id, item.raw, form.as_dict(item))
        self._add(state, form.cells(item), detail, [item], conflict)

    def _add(
        self,
        state: PreviewState,
        cells: Sequence[str],
        detail: PreviewDetail,
        outcomes: Sequence[ItemOrRejection | Superseded],
        conflict: Conflict | None = None,
    ) -> None:
        entity = outcomes[0].entity
        left_out = any(is_excluded(outcome, self._excluded_items) for outcome in outcomes)
        known_as = [name for outcome in outcomes for name in identity_hashes(outcome)]
        waiting = self._pending[entity]
        waiting.append(PreviewEntry(state, cells, known_as, detail, left_out, conflict))
        if len(waiting) >= _BATCH:
            self._store.add(entity, waiting)
            waiting.clear()

    def _register_entity(
        self, entity: str, table: str, headings: Sequence[str], json: Collection[str] = ()
    ) -> None:
        self._store.register_entity(entity, table, headings, json)
        self._pending.setdefault(entity, [])

    def flush(self) -> None:
        for entity, waiting in self._pending.items():
            self._store.add(entity, waiting)
            waiting.clear()


class _RowFormatter:
    """How one entity's items are shown."""

    def __init__(self, entity: TargetEntity, *, has_user: bool) -> None:
        self._columns = [
            (index, column.name)
            for index, column in enumerate(entity.columns)
            if has_user or (index and column.name != entity.user_column)
        ]
        self.json = [column.name for column in entity.columns if column.type in _JSON]
        order = [
            index
            for index, column in enumerate(entity.columns)
            if index and column.name != entity.user_column
        ]
        order.sort(key=lambda index: entity.columns[index].type in _JSON)
        self._shown = order[:_MAX_COLUMNS]
        self.headings = ("id", *(entity.columns[index].name for index in self._shown))

    def cells(self, item: Item) -> list[str]:
        return [
            cell_text(item.source_id),
            *(self._cell(item.values[index]) for index in self._shown),
        ]

    def _cell(self, value: Any) -> str:
        if value is None or value is UNSET:
            return ""
        if isinstance(value, bytes):
            return cell_text(value[: 4 * _MAX_CELL_LENGTH].decode(errors="ignore"))
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        return cell_text(display_text(value) or "")

    def as_dict(self, item: Item) -> dict[str, Any]:
        return {
            name: _json_value(value)
            for index, name in self._columns
            if (value := item.values[index]) is not UNSET
        }


def _detail(
    source: Source,
    source_id: str | None,
    raw: str,
    after: dict[str, Any] | None,
    code: str | None = None,
    reason: Message | None = None,
    remedy: Message | None = None,
) -> PreviewDetail:
    return PreviewDetail(
        browser=source.store.profile.browser_name,
        profile=source.store.profile.name,
        origin=source.storage_key.origin,
        key=source.key,
        position=source.position,
        source_id=source_id,
        before=raw,
        after=after,
        code=code,
        reason=reason,
        remedy=remedy,
    )


def _json_value(value: Any) -> Any:
    """A row's value as JSON has it; JSON as its own text."""
    if isinstance(value, bytes):
        return value.decode()
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def cell_text(text: str) -> str:
    """What a table shows of a text."""
    if len(text) > _MAX_CELL_LENGTH:
        text = text[: _MAX_CELL_LENGTH - 1] + "…"
    return escape_unprintable(text)
