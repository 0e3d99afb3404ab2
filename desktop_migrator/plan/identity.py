"""Which id an item's row gets: its own where that fits, else one that is always derived alike.

A derived id has 128 bits. The first 48 are milliseconds since 1970 at which the item was made (0
if the item does not say, or says a time before 1970). The rest is the beginning of the SHA-256 of
five texts, each as its length in bytes (4 bytes, big endian) and its UTF-8: "desktop-migrator/1",
user id, scope (`Item.scope`), entity, source id. In text columns the id is a ULID (26 characters of
Crockford's base32); in uuid columns a version 7 UUID (RFC 9562), whose version and variant bits
take the place of six bits of the hash.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import INTEGER_BITS, Column, ColumnType, IdStrategy, Item
from desktop_migrator.plan.json_text import as_bytes, as_string, canonical, parse_number
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_ID_DIGITS = 100
_INTEGER = re.compile("-?[0-9]{1,19}")

RowIdMaker = Callable[[str, datetime | None], tuple[UUID | str | int | None, bool]]
"""(source id, time made) -> (row id, derived); no id where the database draws it."""
_UUID_LENGTH = 36

ULID_LENGTH = 26
MAX_ID_LENGTH = 64
"""Characters of a text that is kept as an id."""

# Ids that random generators make. Words joined by dashes are not among them: an app that greets
# everybody with the item `getting-started-task-1` must not make them share one row.
_GLOBALLY_UNIQUE = re.compile(
    r"[0-7][0-9A-HJKMNP-TV-Z]{25}"  # ULID
    r"|(?=[^0-9]*[0-9])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{20,64}"  # ObjectId, cuid, KSUID, Firestore
    r"|(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[\w-]{21}"  # nanoid
    r"|-(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[\w-]{19}",  # Firebase push id
    re.ASCII,
)


def source_id(raw: Raw) -> str:
    """The item's id in its own data as one text: 1, 1.0 and "1" are the same id.

    Raises ItemRejected if there is none or it is no text and no number.
    """
    text = as_string(raw)
    if text is None:
        numeral = as_bytes(raw)
        if numeral == b"null":
            text = ""
        elif numeral[:1] in b"-0123456789":
            text = _number_text(parse_number(numeral))
        else:
            raise ItemRejected(
                RejectionCode.BAD_ID,
                Message("Its id is neither a text nor a number."),
                Message("Give it an id in the app."),
            )
    if not text:
        raise ItemRejected(
            RejectionCode.MISSING_ID, Message("It has no id."), Message("Give it an id in the app.")
        )
    return text


def _number_text(value: Decimal) -> str:
    if abs(value.adjusted()) > _MAX_ID_DIGITS:
        raise ItemRejected(
            RejectionCode.BAD_ID,
            Message("Its id is too large a number."),
            Message("Give it an id in the app."),
        )
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def content_id(raw: Raw) -> str:
    """An id for an item that is known by its content alone: a text or number as `source_id` has
    it, else the SHA-256 of its canonical JSON."""
    if as_bytes(raw)[:1] in b'"-0123456789':
        return source_id(raw)
    return hashlib.sha256(canonical(raw)).hexdigest()


def row_id_factory(
    column: Column, user_id: str, scope: str, entity: str, strategy: IdStrategy = IdStrategy.DERIVE
) -> RowIdMaker:
    """What makes row ids for one column. It raises ItemRejected for an id that is to be kept and
    that the column cannot hold."""
    if strategy is IdStrategy.DATABASE:
        return lambda source, made: (None, True)
    if strategy is IdStrategy.KEEP:
        return _keeping(column)
    bits = _id_derivation(user_id, scope, entity)
    longest = column.max_length or MAX_ID_LENGTH

    def text_id(source: str, made: datetime | None) -> tuple[UUID | str, bool]:
        if len(source) <= longest and (_uuid(source) or _GLOBALLY_UNIQUE.fullmatch(source)):
            return source, False
        return ulid(bits(source, made)), True

    def uuid_id(source: str, made: datetime | None) -> tuple[UUID | str, bool]:
        if own := _uuid(source):
            return own, False
        return uuid7(bits(source, made)), True

    return text_id if column.type is ColumnType.TEXT else uuid_id


def _keeping(column: Column) -> RowIdMaker:
    bits = INTEGER_BITS.get(column.type)

    def keep(source: str, made: datetime | None) -> tuple[UUID | str | int, bool]:
        row_id: UUID | str | int | None = None
        if bits:
            number = int(source) if _INTEGER.fullmatch(source) else None
            row_id = number if number is not None and number.bit_length() < bits else None
        elif column.type is ColumnType.UUID:
            row_id = _uuid(source)
        elif column.max_length is None or len(source) <= column.max_length:
            row_id = source
        if row_id is None:
            raise ItemRejected(
                RejectionCode.BAD_ID,
                Message("Its id does not fit the column {column}.", column=column.name),
                Message('Set `strategy = "derive"` or "database" for the id in the plan.'),
            )
        return row_id, False

    return keep


def _uuid(text: str) -> UUID | None:
    """The UUID by RFC 9562: of a version from 1 to 8 and its variant; nil and made-up ones are not
    unique."""
    if len(text) != _UUID_LENGTH or text[14] not in "12345678" or text[19] not in "89abAB":
        return None
    try:
        return msgspec.convert(text, UUID)  # several times as fast as UUID(text)
    except msgspec.ValidationError:
        return None


def own_id_factory(
    column: Column, strategy: IdStrategy
) -> Callable[[str], UUID | str | int | None]:
    """What turns source ids into row ids where they are kept; None where they are not."""
    make = row_id_factory(column, "", "", "", strategy)

    def own(source: str) -> UUID | str | int | None:
        try:
            row_id, derived = make(source, None)
        except ItemRejected:
            return None
        return None if derived else row_id

    return own


def derived_id(column: Column, user_id: str, item: Item) -> UUID | str:
    """The id that an item gets where its own, which fits, cannot be had."""
    derive = _id_derivation(user_id, item.scope, item.entity)
    bits = derive(item.source_id, item.created_at)
    return ulid(bits) if column.type is ColumnType.TEXT else uuid7(bits)


def _id_derivation(user_id: str, scope: str, entity: str) -> Callable[[str, datetime | None], int]:
    """The 128 bits of an id, from source id and time made."""
    base = hashlib.sha256()
    for part in ("desktop-migrator/1", user_id, scope, entity):
        base.update(_length_prefixed(part))

    def bits(source: str, made: datetime | None) -> int:
        digest = base.copy()
        digest.update(_length_prefixed(source))
        time = max(0, (made - _EPOCH) // _MILLISECOND) if made else 0
        return time << 80 | int.from_bytes(digest.digest()[:10], "big")

    return bits


def ulid(bits: int) -> str:
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])


def uuid7(bits: int) -> UUID:
    return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def _length_prefixed(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data
