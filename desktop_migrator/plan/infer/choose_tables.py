"""Which of the tables that are there an entity goes to, by its name or its fields."""

from collections.abc import Mapping, Sequence

from desktop_migrator.model import ColumnType, Table, normalize_name
from desktop_migrator.plan.infer.drafts import PlanDraft
from desktop_migrator.plan.infer.field_types import FieldSeen
from desktop_migrator.plan.infer.naming import bare

JSON = (ColumnType.JSON, ColumnType.JSONB)
_CATCH_ALL_TABLES = frozenset(
    ("customdata", "localstorage", "localstorageitem", "keyvalue", "keyvaluepair", "kv", "storage")
)
_MIN_ALIKE = 3


def catch_all_table(draft: PlanDraft, tables: Sequence[Table]) -> tuple[str, str, str] | None:
    """The table for everything else, with the columns for key and value, if one is called so."""
    taken = {entity.table for entity in draft.entities}
    for table in tables:
        if bare(table.name) not in _CATCH_ALL_TABLES or table_name(table) in taken:
            continue
        keys = [each.name for each in table.columns if bare(each.name) in ("key", "name")]
        values = [each.name for each in table.columns if each.type in JSON]
        if keys and values and table.column("id"):
            return table_name(table), keys[0], values[0]
    return None


def table_name(table: Table) -> str:
    """As a plan names it."""
    if table.schema in (None, "public"):
        return table.name
    return f"{table.schema}.{table.name}"


def choose_tables(
    draft: PlanDraft, fields: Mapping[str, Mapping[str, FieldSeen]], tables: Sequence[Table]
) -> dict[str, Table]:
    chosen: dict[str, Table] = {}
    left = list(tables)
    for entity in sorted(draft.entities, key=lambda each: -len(each.items)):
        own = [bare(name) for name in (entity.name, entity.label, entity.name.split("_")[-1])]
        named = [table for name in own for table in left if bare(table.name) == name]
        alike = [table for table in left if _common(table, fields.get(entity.name, {})) is not None]
        best = max(alike, key=lambda each: _common(each, fields[entity.name]) or 0, default=None)
        table = named[0] if named else best
        if table is not None:
            chosen[entity.name] = table
            left.remove(table)
    return chosen


def _common(table: Table, fields: Mapping[str, FieldSeen]) -> int | None:
    """How many fields have a column, if it is most of them."""
    columns = {normalize_name(column.name) for column in table.columns}
    common = sum(normalize_name(name) in columns for name in fields)
    return common if common >= _MIN_ALIKE and common * 3 >= len(fields) * 2 else None
