"""What would become of the records: by the plan alone, or compared with a database.

Either way the findings are the same things in the same store, which faces page over. The comparison
is a dry run: the run itself, looked on at, in a transaction that is rolled back.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET

from desktop_migrator.errors import Cancelled
from desktop_migrator.migration.preview.preview_store import Detail, Entry, Findings, State, shown
from desktop_migrator.migration.run.filters import Outcome, is_left_out, names
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sealed.captures import Unlock
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import (
    ColumnType,
    Conflict,
    Item,
    Rejection,
    RunResult,
    Source,
    TargetEntity,
)
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.detect import Detector
from desktop_migrator.plan.envelope import Placeholders
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.load.conflicts import text_of
from desktop_migrator.postgres.load.deduplicate import Settler
from desktop_migrator.reporter import Reporter

STAGE = "preview"
_NOBODY = "preview"
_BATCH = 500
_SHOWN_COLUMNS = 5
_LONGEST_CELL = 120
_JSON = (ColumnType.JSON, ColumnType.JSONB)
_STATES = {
    Action.INSERTED: State.NEW,
    Action.UNCHANGED: State.SAME,
    Action.UPDATED: State.DIFFERS,
    Action.SKIPPED: State.DIFFERS,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What a preview without a database came to, beside its findings."""

    origins: tuple[str, ...]
    records: int
    left_aside: dict[str, int]
    """Records that did not become items, by reason."""


def look(
    plan: Plan,
    sources: Sequence[Path],
    origins: Sequence[str],
    user_id: str | None,
    workspace: Workspace,
    reporter: Reporter,
    findings: Findings,
    *,
    left_out: Collection[bytes] = frozenset(),
    unlock: str | None = None,
) -> Overview:
    """Applies the plan to the sources; raises as `migrate` does.

    While nobody knows whose the data is, rows have no ids, which depend on that. What is
    `left_out` already is found all the same, and marked. `unlock`, else a key of the keyring,
    opens captures among the sources.
    """
    keys = Unlock(unlock, workspace.credentials)
    with open_sources(sources, workspace.snapshots, reporter, keys) as opened:
        surveyed = survey(plan, origins, opened, reporter)
        chosen = surveyed.origins
        named = zip(plan.entities.values(), planned_tables(plan), strict=True)
        tables = {entity.table: table for entity, table in named}
        entities = bind(plan, tables, surveyed.items)
        extractor = Extractor(plan, entities, user_id or _NOBODY, chosen, Placeholders())
        settler = Settler(entities, surveyed.repeats)
        reporter.started(STAGE, surveyed.records)
        with gathering(findings, plan, left_out, owned=user_id is not None) as gatherer:
            gatherer.began(entities)
            for outcome in settler.settle(extractor.extract(opened.records())):
                gatherer.found(outcome)
                if reporter.cancelled:
                    raise Cancelled
                reporter.advanced(STAGE, extractor.records - 1, surveyed.records)
        reporter.advanced(STAGE, surveyed.records, surveyed.records)
    return Overview(chosen, extractor.records, dict(extractor.left_aside))


def compare(job: Job, workspace: Workspace, reporter: Reporter, findings: Findings) -> RunResult:
    """A dry run of the job. What the job leaves out is found all the same, and marked."""
    dry = replace(job, dry_run=True, resume=False, continue_on_error=True, leave_out=frozenset())
    with gathering(findings, job.plan, job.leave_out) as gatherer:
        return migrate(dry, workspace, reporter, gatherer)


@contextmanager
def gathering(
    findings: Findings, plan: Plan, left_out: Collection[bytes], *, owned: bool = True
) -> Iterator["Gatherer"]:
    gatherer = Gatherer(findings, plan, left_out, owned=owned)
    yield gatherer
    gatherer.flush()


class Gatherer:
    """Puts outcomes into the findings, many at once. An `Observer` of a load.

    Rows that nobody owns yet are kept without id and user.
    """

    def __init__(
        self, findings: Findings, plan: Plan, left_out: Collection[bytes], *, owned: bool
    ) -> None:
        self._findings = findings
        self._owned = owned
        self._plan = plan
        self._detectors: dict[str, Detector] = {}
        self._left_out = left_out
        self._forms: dict[str, _Form] = {}
        self._waiting: dict[str, list[Entry]] = {}

    def began(self, entities: Sequence[TargetEntity]) -> None:
        for entity in entities:
            form = self._forms[entity.name] = _Form(entity, owned=self._owned)
            if entity.name not in self._detectors:
                planned = self._plan.entities[entity.name]
                self._detectors[entity.name] = Detector(entity.name, planned)
            self._expect(entity.name, entity.table.name, form.headings, form.json)

    def found(self, outcome: Outcome) -> None:
        if isinstance(outcome, Rejection):
            self.rejected(outcome, None)
        else:
            self._item(outcome, State.FOUND, None)

    def became(self, item: Item, action: Action, conflict: Conflict | None) -> None:
        self._item(item, _STATES[action], conflict)

    def rejected(self, rejection: Rejection, item: Item | None) -> None:
        source = rejection.source
        if rejection.entity not in self._forms:
            self._expect(rejection.entity, "", ("id",))
        why = rejection.code, rejection.reason, rejection.remedy
        detail = _detail(source, rejection.source_id, rejection.raw, None, *why)
        place = f"{source.key}[{source.position}]" if source.position else source.key
        cells = (cell(rejection.source_id or place), cell(rejection.reason))
        self._add(State.REJECTED, cells, detail, [rejection, *([item] if item else [])])

    def _item(self, item: Item, state: State, conflict: Conflict | None) -> None:
        form = self._forms[item.entity]
        self._detectors[item.entity].look(item)
        detail = _detail(item.source, item.source_id, item.raw, form.row(item))
        self._add(state, form.cells(item), detail, [item], conflict)

    def _add(
        self,
        state: State,
        cells: Sequence[str],
        detail: Detail,
        outcomes: Sequence[Outcome],
        conflict: Conflict | None = None,
    ) -> None:
        entity = outcomes[0].entity
        left_out = any(is_left_out(outcome, self._left_out) for outcome in outcomes)
        known_as = [name for outcome in outcomes for name in names(outcome)]
        waiting = self._waiting[entity]
        waiting.append(Entry(state, cells, known_as, detail, left_out, conflict))
        if len(waiting) >= _BATCH:
            self._findings.add(entity, waiting)
            waiting.clear()

    def _expect(
        self, entity: str, table: str, headings: Sequence[str], json: Collection[str] = ()
    ) -> None:
        self._findings.expect(entity, table, headings, json)
        self._waiting.setdefault(entity, [])

    def flush(self) -> None:
        for entity, waiting in self._waiting.items():
            self._findings.add(entity, waiting)
            waiting.clear()
        self._findings.suspicions = tuple(
            each for detector in self._detectors.values() for each in detector.suspicions
        )


class _Form:
    """How one entity's items are shown."""

    def __init__(self, entity: TargetEntity, *, owned: bool) -> None:
        self._columns = [
            (index, column.name)
            for index, column in enumerate(entity.columns)
            if owned or (index and column.name != entity.user_column)
        ]
        self.json = [column.name for column in entity.columns if column.type in _JSON]
        order = [
            index
            for index, column in enumerate(entity.columns)
            if index and column.name != entity.user_column
        ]
        order.sort(key=lambda index: entity.columns[index].type in _JSON)
        self._shown = order[:_SHOWN_COLUMNS]
        self.headings = ("id", *(entity.columns[index].name for index in self._shown))

    def cells(self, item: Item) -> list[str]:
        return [
            cell(item.source_id),
            *(self._cell(item.values[index]) for index in self._shown),
        ]

    def _cell(self, value: Any) -> str:
        if value is None or value is UNSET:
            return ""
        if isinstance(value, bytes):
            return cell(value[: 4 * _LONGEST_CELL].decode(errors="ignore"))
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        return cell(text_of(value) or "")

    def row(self, item: Item) -> dict[str, Any]:
        return {
            name: _plain(value)
            for index, name in self._columns
            if (value := item.values[index]) is not UNSET
        }


def _detail(
    source: Source,
    source_id: str | None,
    raw: str,
    after: dict[str, Any] | None,
    code: str | None = None,
    reason: str | None = None,
    remedy: str | None = None,
) -> Detail:
    return Detail(
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


def _plain(value: Any) -> Any:
    """A row's value as JSON has it; JSON as its own text."""
    if isinstance(value, bytes):
        return value.decode()
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def cell(text: str) -> str:
    """What a table shows of a text."""
    if len(text) > _LONGEST_CELL:
        text = text[: _LONGEST_CELL - 1] + "…"
    return shown(text)
