"""The ids of a record's items, read without anything else of them."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan.classify import ClassifiedRecord
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.identity import source_id
from desktop_migrator.plan.json_text import escape_unstorable
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema import VARIABLES, Plan

_NULL = Raw(b"null")


class IdReader:
    def __init__(self, plan: Plan) -> None:
        self._finders = {
            name: _IdFinder(Expression(entity.id.from_))
            for name, entity in plan.entities.items()
            if entity.id.from_ not in VARIABLES
        }
        self._variables = {name: entity.id.from_ for name, entity in plan.entities.items()}

    def ids(self, record: Record, found: ClassifiedRecord) -> Iterator[str]:
        """As `Item.source_id` has them, but for those that cannot be read."""
        finder = self._finders.get(found.entity)
        if finder is not None:
            return finder.ids(found)
        return (self._variable(record, found, index) for index in range(len(found.items)))

    def _variable(self, record: Record, found: ClassifiedRecord, index: int) -> str:
        match self._variables[found.entity]:
            case "$key":
                return escape_unstorable(record.key)
            case "$name":
                return found.item_name(index)
            case _:
                return found.encoding


class _IdFinder:
    """Reads what an expression finds."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self._decode = _member_decoder(expression.field) if expression.field else None

    def ids(self, found: ClassifiedRecord) -> Iterator[str]:
        decode = self._decode
        for raw in found.items:
            try:
                text = decode(raw).id if decode else self._find_exactly(raw)
            except (msgspec.DecodeError, RecursionError):
                text = self._find_exactly(raw)
            if text:
                yield text

    def _find_exactly(self, raw: Raw) -> str | None:
        try:
            return source_id(self._expression.find(raw) or _NULL)
        except ItemRejected:
            return None


def _member_decoder(field: str) -> Callable[[Raw], Any]:
    """Decodes one member, if it is a text, as `id`; in a third of the time that all take."""
    kind = msgspec.defstruct("_Member", [("id", str)], rename={"id": field})
    return msgspec.json.Decoder(kind).decode
