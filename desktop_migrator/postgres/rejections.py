"""Items that cannot go into the target, as rejections that keep them whole."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from desktop_migrator.model import Column, Item, Rejection
from desktop_migrator.postgres.refusal import remedy, sentence


def refused(item: Item, columns: tuple[Column, ...], cause: BaseException) -> Rejection:
    """The server would not have it."""
    return _rejection(
        item,
        columns,
        code="refused-by-database",
        reason=sentence(cause),
        remedy=remedy(cause),
    )


def foreign(item: Item, columns: tuple[Column, ...]) -> Rejection:
    """Its id is that of a row which is not this user's."""
    return _rejection(
        item,
        columns,
        code="other-user",
        reason="A row with this id is there already and belongs to another user.",
        remedy="Check that the user id is right; the row was not touched.",
    )


def too_large(item: Item, columns: tuple[Column, ...]) -> Rejection:
    return _rejection(
        item,
        columns,
        code="too-large",
        reason="It is larger than one transaction may be (64 MiB).",
        remedy="Split the item in the app, or leave a field out by the plan.",
    )


def _rejection(
    item: Item, columns: tuple[Column, ...], *, code: str, reason: str, remedy: str
) -> Rejection:
    fields = (
        f"{json.dumps(column.name)}: {_json(value)}"
        for column, value in zip(columns, item.values, strict=True)
        if value is not msgspec.UNSET
    )
    return Rejection(
        entity=item.entity,
        source=item.source,
        source_id=item.source_id,
        code=code,
        reason=reason,
        remedy=remedy,
        raw="{" + ", ".join(fields) + "}",
    )


def _json(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogatepass")
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
