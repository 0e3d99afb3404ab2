"""Records, plans and tables as the plan's tests need them."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from desktop_migrator.model import (
    Item,
    Profile,
    Record,
    Rejection,
    StorageKey,
    Store,
    StoreFormat,
    Table,
    TargetEntity,
)
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.schema import Plan, load_plan

ORIGIN = "https://app.test"
USER = "user-1"
STORE = Store(
    Profile("chrome", "Chrome", "Default", Path("p")), StoreFormat.CHROMIUM_LEVELDB, Path("s"), 0
)
DEFAULT = load_plan(None)


def record(key: str, value: str, storage_key: StorageKey | None = None) -> Record:
    return Record(STORE, storage_key or StorageKey(ORIGIN), key, value)


def plan(text: str) -> Plan:
    """A plan from TOML, the first two lines of every plan left out."""
    return Plan.model_validate(tomllib.loads(f'version = 1\nname = "test"\n{text}'))


def targets(of: Plan = DEFAULT) -> tuple[TargetEntity, ...]:
    """The entities bound to the tables that the plan would create."""
    return bind(of, _by_name(of, None))


def extractor(
    of: Plan = DEFAULT,
    tables: Sequence[Table] | None = None,
    user: str = USER,
    entities: Sequence[str] | None = None,
    companions: Companions | None = None,
) -> Extractor:
    """For the tables given, else for those that the plan would create."""
    targets = bind(of, _by_name(of, tables), entities)
    return Extractor(of, targets, user, [ORIGIN], companions=companions)


def _by_name(of: Plan, tables: Sequence[Table] | None) -> dict[str, Table]:
    return {
        f"{table.schema}.{table.name}" if table.schema else table.name: table
        for table in tables or planned_tables(of)
    }


def extracted(
    records: Iterable[Record], of: Plan = DEFAULT, tables: Sequence[Table] | None = None
) -> list[Item | Rejection]:
    return list(extractor(of, tables).extract(records))


def row(item: Item | Rejection, of: Plan = DEFAULT, table: Table | None = None) -> dict[str, Any]:
    """The item's values by column."""
    assert isinstance(item, Item), item
    (target,) = bind(of, _by_name(of, [table] if table else None), [item.entity])
    names = [column.name for column in target.columns]
    return dict(zip(names, item.values, strict=True))


def outcome(value: str, key: str = "k", of: Plan = DEFAULT) -> Item | Rejection:
    """What becomes of a record that holds one item."""
    (only,) = extracted([record(key, value)], of)
    return only
