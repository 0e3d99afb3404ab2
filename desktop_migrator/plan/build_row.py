"""Makes the rows of one entity: each column's extractor is bound once and called for every item.

Fields are read, not used up: any number of columns, the id and items within may read one. What
nothing reads goes to the columns marked `rest`: to the first of them whose own field
the item lacks, else to the last, beside what that holds. A field whose column the table lacks goes
to the last. Nothing is overwritten and nothing dropped: what finds no column rejects the item.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET, Raw

from desktop_migrator.far_times import comparable
from desktop_migrator.messages import Message
from desktop_migrator.model import (
    TIME_TYPES,
    Column,
    ColumnType,
    Item,
    Source,
    TargetEntity,
)
from desktop_migrator.plan import identity
from desktop_migrator.plan.bind import matching_columns
from desktop_migrator.plan.column_extractors import (
    column_extractor,
    column_label,
    plain_fields,
    reference_extractor,
)
from desktop_migrator.plan.convert import converter
from desktop_migrator.plan.item_reads import ItemReads
from desktop_migrator.plan.json_text import (
    ESCAPE_BYTES,
    ESCAPE_CHAR,
    as_bytes,
    as_object,
    as_string,
    encode,
    encode_object,
)
from desktop_migrator.plan.locations import Location
from desktop_migrator.plan.raw_items import (
    VARIABLE_TEXTS,
    Fields,
    RawItem,
    id_finder,
)
from desktop_migrator.plan.reader_losses import reader_losses
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_entity import Entity, PlanColumn
from desktop_migrator.plan.schema_texts import CONTENT, ENCODING, INDEX, NAME

_NULL = Raw(b"null")
_MAX_NAMED_FIELDS = 5


class RowBuilder:
    """Raises PlanDoesNotFit if a column cannot hold the user's id.

    `inner` tells where in an item other entities' items lie.
    """

    def __init__(
        self,
        plan: Plan,
        target: TargetEntity,
        user_id: str,
        inner: Callable[[Raw], Collection[Location]] = lambda item: (),
    ) -> None:
        entity = plan.entities[target.name]
        self._target = target
        self._user_id = user_id
        self.source_id = id_finder(entity.id)
        """Makes one text of an item's id in its own data. It raises ItemRejected."""
        self._row_ids: dict[str, identity.RowIdMaker] = {}
        found = matching_columns(entity, target.table)
        found.pop(entity.id.column)
        refers = {reference.column.name: reference for reference in target.references}
        self._column_extractors = [
            reference_extractor(name, entity.columns[name], refers[column.name], plan)
            if column.name in refers
            else column_extractor(name, entity.columns[name], column, user_id)
            for name, column in found.items()
        ]
        self._overflow_columns = [
            (index, _OverflowColumn(entity.columns[name], column))
            for index, (name, column) in enumerate(found.items(), start=1)
            if entity.columns[name].rest
        ]
        read = [entity.columns[name].from_ or [] for name in found]
        of_id = [[text] for text in entity.id.from_ if text != CONTENT]
        self._reads = ItemReads([*read, *of_id], inner)
        self._circumstances = [
            VARIABLE_TEXTS[texts[0]]
            for texts in read
            if texts and texts[0] in VARIABLE_TEXTS and texts[0] != ENCODING
        ]
        if [INDEX] in read:
            self._circumstances.append(lambda raw_item: str(raw_item.index))
        self._fields_without_column = {
            field
            for name, rules in entity.columns.items()
            if name not in found
            for field in plain_fields(rules)
        }
        self._omit = frozenset(entity.omit)
        self._keeps_names = bool(self._overflow_columns) and not entity.reads_names
        if self._keeps_names:
            self._circumstances.append(VARIABLE_TEXTS[NAME])
        positions = {name: index for index, name in enumerate(found, start=1)}
        times = [name for name, column in found.items() if column.type in TIME_TYPES]
        self._created = _ItemTime(
            entity, entity.created, positions if entity.created in times else {}
        )
        self._updated = _ItemTime(
            entity, entity.updated, positions if entity.updated in times else {}
        )
        self._losses = reader_losses(self._target.columns)
        self._takes_fields = entity.needs_fields

    def fields(self, raw_item: RawItem) -> Fields:
        """The item's fields.

        Raises ItemRejected if the plan asks for fields and the item has none.
        """
        if not self._takes_fields:
            return {}
        fields = as_object(raw_item.json)
        if fields is None:
            raise ItemRejected(
                RejectionCode.WRONG_SHAPE,
                Message("It is not an object with fields."),
                Message("Correct it in the app, or leave the item out."),
            )
        return fields

    def circumstances(self, raw_item: RawItem) -> tuple[str, ...]:
        """What beside the item itself its row tells of it."""
        return tuple(variable(raw_item) for variable in self._circumstances)

    def build(self, fields: Fields, raw_item: RawItem, source: Source, source_id: str) -> Item:
        values: list[Any] = [None, *[take(fields, raw_item) for take in self._column_extractors]]
        made = self._created.from_fields(fields) or self._created.from_values(values)
        updated = self._updated.from_fields(fields) or self._updated.from_values(values)
        make_id = self._row_ids.get(raw_item.scope) or self._id_maker(raw_item.scope)
        row_id, derived = make_id(source_id, made)
        values[0] = row_id
        if fields or self._overflow_columns:
            left = self._reads.left(fields, raw_item.json, self._omit)
            if self._keeps_names and raw_item.is_named and raw_item.name not in _texts(fields):
                if NAME in fields:
                    raise _collision_error([NAME])
                left = left | {NAME: Raw(encode(raw_item.name))}
            self._fill_overflow(left, values)
        elif not self._takes_fields and CONTENT not in self._omit:
            self._reads.check_is_read(raw_item.json)
        return Item(
            self._target.name,
            source,
            source_id,
            row_id,
            derived,
            tuple(values),
            updated,
            self._escaped(values) if raw_item.may_have_escapes else (),
            raw_item.original_text,
            made,
            scope=raw_item.scope,
        )

    def losses(self, item: Item) -> Iterator[str]:
        """See `reader_losses`."""
        return self._losses(item.values)

    def _id_maker(self, scope: str) -> identity.RowIdMaker:
        return self._row_ids.setdefault(
            scope,
            identity.row_id_factory(
                *(self._target.columns[0], self._user_id, scope, self._target.name),
                self._target.id_strategy,
            ),
        )

    def _fill_overflow(self, fields: Fields, values: list[Any]) -> None:
        if not self._overflow_columns:
            names = [name for name, raw in fields.items() if raw != _NULL]
            if names:
                raise _no_column_error(names)
            return
        last = taking = self._overflow_columns[-1][0]
        for index, _ in self._overflow_columns:
            if values[index] is None:
                taking = index
                break
        without_column = {
            name: fields.pop(name) for name in self._fields_without_column if name in fields
        }
        for index, rest in self._overflow_columns:
            added = fields if index == taking else {}
            if without_column and index == last:
                added = added | without_column
            values[index] = rest.value(values[index], added)

    def _escaped(self, values: list[Any]) -> tuple[str, ...]:
        return tuple(
            column.name
            for column, value in zip(self._target.columns, values, strict=True)
            if (isinstance(value, str) and ESCAPE_CHAR in value)
            or (isinstance(value, bytes) and ESCAPE_BYTES in value)
        )


class _OverflowColumn:
    """A column for the fields that have none."""

    def __init__(self, rules: PlanColumn, column: Column) -> None:
        self._required = rules.required or not (column.nullable or column.has_default)
        self._absent = UNSET if column.has_default else None
        self._buffer = bytearray()

    def value(self, own: Raw | None, added: Fields) -> Any:
        """The column's value from its own field, if there is one, and the added fields."""
        if own is None:
            return encode_object(added, self._buffer) if added or self._required else self._absent
        if not added:
            return as_bytes(own)
        members = as_object(own)
        if members is None:
            raise _no_column_error(list(added))
        both = members.keys() & added.keys()
        if both:
            raise _collision_error(sorted(both))
        return encode_object(members | added, self._buffer)


class _ItemTime:
    """A time that the plan asks for, whether or not the table has a column for it."""

    def __init__(self, plan: Entity, name: str | None, positions: Mapping[str, int]) -> None:
        self._position = positions.get(name or "")
        self._fields: list[str] = []
        if name is not None and self._position is None:
            rules = plan.columns[name]
            self._fields = plain_fields(rules)
            column = Column(name, ColumnType.TIMESTAMPTZ)
            self._convert = converter(column_label(name, rules), column, rules)

    def from_fields(self, fields: Fields) -> datetime | None:
        """The time read from the fields, if no column will take it."""
        for field in self._fields:
            if field in fields:
                return comparable(self._convert(fields[field]))
        return None

    def from_values(self, values: list[Any]) -> datetime | None:
        """The time that a column took."""
        time = None if self._position is None else values[self._position]
        return None if time is UNSET else comparable(time)


def _no_column_error(names: list[str]) -> ItemRejected:
    return ItemRejected(
        RejectionCode.NO_COLUMN,
        Message("There is no column for {fields}.", fields=_name_fields(sorted(names))),
        Message(
            "Add a column for it, or a jsonb column `metadata`; or `omit` the field in the plan."
        ),
    )


def _collision_error(names: list[str]) -> ItemRejected:
    return ItemRejected(
        RejectionCode.COLLISION,
        Message("One column would hold {fields} twice.", fields=_name_fields(names)),
        Message("Give the field a column in the plan, or `omit` it."),
    )


def _texts(fields: Fields) -> set[str]:
    """What members that are no objects and lists hold, as texts."""
    return {
        as_string(raw) or str(as_bytes(raw), "utf-8")
        for raw in fields.values()
        if as_bytes(raw)[:1] not in (b"{", b"[")
    }


def _name_fields(names: list[str]) -> Message:
    """Field names for a sentence; they come from a page, so their number and length is bounded."""
    told = [name if len(name) <= 40 else f"{name[:40]}…" for name in names[:_MAX_NAMED_FIELDS]]
    more = len(names) - len(told)
    if more:
        return Message("the field {fields} and {more} more", fields=", ".join(told), more=more)
    return Message("the field {fields}", fields=", ".join(told))
