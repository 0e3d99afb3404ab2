"""Items that become no row, kept whole: those that cannot go into the target, those of which
another version counts, and those whose row stays."""

from desktop_migrator.messages import Message
from desktop_migrator.model import AsideItem, Item, Reference, Rejection, Source, Superseded
from desktop_migrator.postgres.bookkeeping.quarantine import AsideCode
from desktop_migrator.postgres.connection.errors import rejection_message, rejection_remedy
from desktop_migrator.postgres.types.text_escape import escape_unstorable


def rejected_by_database(item: Item, cause: BaseException) -> Rejection:
    """The server would not have it."""
    return _rejection(
        item,
        code="refused-by-database",
        reason=rejection_message(cause),
        remedy=rejection_remedy(cause),
    )


def kept_by_trigger(item: Item) -> Rejection:
    """The server took its values, and the row is as it was."""
    return _rejection(
        item,
        code="refused-by-database",
        reason=Message("A trigger or rule of the table kept its row as it was."),
        remedy=Message(
            "Ask the database's administrator what the trigger is for, and migrate again."
        ),
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


_VERSION_REMEDY = Message(
    "If this version is to count, change it in the app once more, then migrate again and let it "
    "replace the row."
)
_KEY_REMEDY = Message(
    "If both are to be there, change one of them in the app such that they differ in the unique "
    "key, then migrate again."
)
_ROW_STAYS = Message("Its row is there already, differs from it, and stays.")
_ROW_REMEDY = Message("To have it instead of the row, migrate again and let it replace the row.")


def superseded(item: Item, winner: Source, *, same_identity: bool) -> Superseded:
    """Another version of it counts, that of `winner`, or an item that shares a unique key."""
    profile = winner.store.profile
    facts = {"browser": profile.browser_name, "profile": escape_unstorable(profile.name)}
    if same_identity:
        reason = Message(
            "Another version of this item counts: that of {browser}, profile {profile}.", **facts
        )
    else:
        reason = Message(
            "Another item has the same unique key and counts: one of {browser}, profile {profile}.",
            **facts,
        )
    return Superseded(
        entity=item.entity,
        source=item.source,
        source_id=item.source_id,
        code=AsideCode.SUPERSEDED,
        reason=reason,
        remedy=_VERSION_REMEDY if same_identity else _KEY_REMEDY,
        raw=item.raw,
    )


def superseded_by_row(item: Item) -> Superseded:
    """Another item of the run is its row."""
    return Superseded(
        entity=item.entity,
        source=item.source,
        source_id=item.source_id,
        code=AsideCode.SUPERSEDED,
        reason=Message(
            "Another item of this run is the same row, by its id or unique key, and counts."
        ),
        remedy=_KEY_REMEDY,
        raw=item.raw,
    )


def kept(item: Item) -> AsideItem:
    """Its row exists, differs and stays."""
    return AsideItem(
        entity=item.entity,
        source=item.source,
        source_id=item.source_id,
        code=AsideCode.KEPT,
        reason=_ROW_STAYS,
        remedy=_ROW_REMEDY,
        raw=item.raw,
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
