"""The ids of a record's items, read without anything else of them."""

from collections.abc import Iterator

from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.identity import source_id
from desktop_migrator.plan.json_text import escape
from desktop_migrator.plan.refusal import Refused
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sources import Found

_NULL = Raw(b"null")


class IdReader:
    def __init__(self, plan: Plan) -> None:
        self._froms = {name: entity.id.from_ for name, entity in plan.entities.items()}
        self._expressions = {
            name: Expression(text) for name, text in self._froms.items() if text[0] != "$"
        }

    def ids(self, record: Record, found: Found) -> Iterator[str]:
        """As `Item.source_id` has them, but for those that cannot be read."""
        expression = self._expressions.get(found.entity)
        for index, raw in enumerate(found.items):
            if expression is None:
                yield self._variable(record, found, index)
                continue
            try:
                yield source_id(expression.find(raw) or _NULL)
            except Refused:
                continue

    def _variable(self, record: Record, found: Found, index: int) -> str:
        match self._froms[found.entity]:
            case "$key":
                return escape(record.key)
            case "$name":
                return found.name_of(index)
            case _:
                return found.encoding
