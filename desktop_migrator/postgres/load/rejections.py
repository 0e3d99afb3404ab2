"""Items that cannot go into the target, as rejections that keep them whole."""

from desktop_migrator.messages import Message
from desktop_migrator.model import Item, Reference, Rejection
from desktop_migrator.postgres.connection.errors import rejection_message, rejection_remedy


def rejected_by_database(item: Item, cause: BaseException) -> Rejection:
    """The server would not have it."""
    return _rejection(
        item,
        code="refused-by-database",
        reason=rejection_message(cause),
        remedy=rejection_remedy(cause),
    )


def owned_by_other_user(item: Item) -> Rejection:
    """Its id is that of a row which is not this user's."""
    return _rejection(
        item,
        code="other-user",
        reason=Message(
            "A row with this id is there already and belongs to another user, or to none."
        ),
        remedy=Message("Check that the user id is right; the row was not touched."),
    )


def ambiguous_id(item: Item) -> Rejection:
    """Its id is that of several rows, which nothing tells apart."""
    return _rejection(
        item,
        code="several-rows",
        reason=Message("Several rows with this id are there already."),
        remedy=Message(
            "Leave one row of this id in the table, best by a primary key or a "
            "unique index on the id alone; none of them was touched."
        ),
    )


def dangling_reference(item: Item, reference: Reference) -> Rejection:
    """What it refers to has no row."""
    return _rejection(
        item,
        code="dangling",
        reason=Message(
            "The column {column} refers to an item of {entity} that is not in the database.",
            column=reference.column.name,
            entity=reference.entity,
        ),
        remedy=Message(
            "See why that item of {entity} was not migrated, and migrate "
            'again; or set `dangling = "null"` for the column in the plan.',
            entity=reference.entity,
        ),
    )


def too_large(item: Item) -> Rejection:
    return _rejection(
        item,
        code="too-large",
        reason=Message("It is larger than one transaction may be (64 MiB)."),
        remedy=Message("Split the item in the app, or leave a field out by the plan."),
    )


def _rejection(item: Item, *, code: str, reason: Message, remedy: Message) -> Rejection:
    return Rejection(
        entity=item.entity,
        source=item.source,
        source_id=item.source_id,
        code=code,
        reason=reason,
        remedy=remedy,
        raw=item.raw,
    )
