"""Holds a plan against data, and against a database's tables where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_migrator.errors import Cancelled, OriginNotFound, PlanDoesNotFit, TableMissing
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.plans.infer_plan import PlanRequest
from desktop_migrator.migration.run.survey import choose_origins
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.plan.bind import bind, matching_columns, planned_tables
from desktop_migrator.plan.check_data import HARMLESS, DataCheck, Finding, Problem
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    origins: tuple[str, ...]
    records: int
    items: dict[str, int]
    """By entity."""
    rejected: int
    findings: tuple[Finding, ...]

    @property
    def is_unusable(self) -> bool:
        return any(each.problem is Problem.UNUSABLE for each in self.findings)

    @property
    def loses_something(self) -> bool:
        """Whether something would be rejected, or left where it is."""
        return any(each.problem not in HARMLESS for each in self.findings)


def check_plan(
    plan: Plan, request: PlanRequest, workspace: Workspace, reporter: Reporter
) -> CheckedPlan:
    """Writes nothing. Raises as `choose_origins`, `open_sources` and `open_database`, and
    OriginNotFound where the origins named hold nothing."""
    findings: list[Finding] = []
    planned = {
        entity.table: table
        for entity, table in zip(plan.entities.values(), planned_tables(plan), strict=True)
    }
    targets = (
        _bind_to_database(plan, planned, request.database, workspace, reporter, findings)
        if request.database
        else _bind_each(plan, planned, planned, findings)
    )
    keys = UnlockKey(request.passphrase_or_key, workspace.credentials)
    with open_sources(request.sources, workspace.snapshots, reporter, keys) as sources:
        origins = choose_origins(plan, request.origins, sources, reporter)
        companions = find_companions(plan, sources.records)
        check = DataCheck(plan, targets, origins, companions)
        found = False
        for record in sources.records():
            if reporter.cancelled:
                raise Cancelled
            if record.storage_key.origin in origins:
                found = True
                check.add(record)
    if not found:
        raise OriginNotFound(origins=", ".join(origins))
    return CheckedPlan(
        origins,
        check.records,
        dict(check.items),
        check.rejected,
        (*findings, *check.findings),
    )


def _bind_to_database(
    plan: Plan,
    planned: Mapping[str, Table],
    database: str,
    workspace: Workspace,
    reporter: Reporter,
    findings: list[Finding],
) -> tuple[TargetEntity, ...]:
    tables: dict[str, Table] = {}
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
    ):
        for name in planned:
            try:
                tables |= introspect(connection, [name])
            except PlanDoesNotFit as error:
                findings.append(Finding(Problem.UNUSABLE, name, error.message))
    for name, entity in plan.entities.items():
        if entity.table not in tables:
            continue
        try:
            columns = matching_columns(entity, tables[entity.table])
        except PlanDoesNotFit:
            continue  # told when it is bound
        for column in entity.columns:
            if column not in columns:
                what = Message(
                    "The table {table} has no column {column}.", table=entity.table, column=column
                )
                place = f"entities.{name}.columns.{column}"
                findings.append(Finding(Problem.NO_COLUMN, place, what))
    return _bind_each(plan, tables, planned, findings)


def _bind_each(
    plan: Plan,
    tables: Mapping[str, Table],
    planned: Mapping[str, Table],
    findings: list[Finding],
) -> tuple[TargetEntity, ...]:
    """Each entity to its table, or where that does not go, as the plan would have the table."""
    targets: list[TargetEntity] = []
    for name in plan.entities:
        for at in (tables, {**planned, **tables}, planned):
            try:
                targets += bind(plan, at, [name])
            except (PlanDoesNotFit, TableMissing) as error:
                finding = Finding(Problem.UNUSABLE, f"entities.{name}", error.message)
                if finding not in findings and at is tables:
                    findings.append(finding)
            else:
                break
    return tuple(targets)
