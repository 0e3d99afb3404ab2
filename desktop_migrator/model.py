"""The few values that travel between the rooms of the house. All are immutable.

Texts that come from a browser are Python `str` with exactly the UTF-16 code units that the page
wrote: lone surrogates stay lone surrogates, U+0000 stays U+0000.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import Message, plural

# ---- what lies in the browser -------------------------------------------------------------------


class StoreFormat(StrEnum):
    CHROMIUM_LEVELDB = "chromium-leveldb"
    CHROMIUM_SQLITE = "chromium-sqlite"
    FIREFOX = "firefox"
    FIREFOX_LEGACY = "firefox-legacy"
    WEBKIT = "webkit"
    NODE = "node"
    DENO = "deno"


@dataclass(frozen=True, slots=True)
class Profile:
    """One person's profile in one browser."""

    browser: str
    """The registry's id: chrome, chrome-beta, edge, firefox …; `other` for a folder by hand."""
    browser_name: str
    """As people know it: Google Chrome Beta."""
    name: str
    """As its owner named it, else the folder's name."""
    path: Path
    last_used: datetime | None = None
    running: bool = False
    """Whether a browser process holds the profile now."""


@dataclass(frozen=True, slots=True)
class Store:
    """One localStorage database of a profile."""

    profile: Profile
    format: StoreFormat
    path: Path
    """The folder of a LevelDB; the main file of everything else."""
    size: int
    """Bytes on disk, side files included."""
    modified: datetime | None = None
    is_active: bool = True
    """False for the backend that the browser has left behind; such a store is listed, not read."""


@dataclass(frozen=True, slots=True)
class StorageKey:
    """The browser's identity of one area: an origin and what partitions it.

    `str()` gives Chromium's LevelDB spelling, whichever browser it came from; attributes that
    only Firefox has follow it in Firefox's spelling.
    """

    origin: str
    """Serialised origin without trailing slash: `https://a.test:8443`."""
    top_level_site: str | None = None
    """The site in whose page the area was framed: `https://top.test`."""
    cross_site_ancestor: bool = False
    """Same site as the top level, but with a cross-site frame between (`^31`)."""
    nonce: tuple[int, int] | None = None
    """High and low 64 bits of an anonymous area (`^1…^2…`)."""
    opaque_site: tuple[int, int, str] | None = None
    """High, low and precursor of an opaque top-level site (`^4…^5…^6…`)."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Firefox's other origin attributes, sorted: `(("userContextId", "2"),)`."""

    @property
    def first_party(self) -> bool:
        """Whether this is the area of a page visited directly, in no container.

        A Firefox that isolates by first party (`privacy.firstparty.isolate`) names the page's own
        domain there, too.
        """
        if self.top_level_site or self.cross_site_ancestor or self.nonce or self.opaque_site:
            return False
        match self.attributes:
            case ():
                return True
            case (("firstPartyDomain", domain),):
                return _is_domain_of(domain, self.origin)
            case _:
                return False

    @property
    def container(self) -> str | None:
        """The number of the Firefox container in which the site itself keeps it, if it does."""
        return next((value for name, value in self.attributes if name == "userContextId"), None)

    def __str__(self) -> str:
        if self.nonce:
            text = f"{self.origin}/^1{self.nonce[0]}^2{self.nonce[1]}"
        elif self.opaque_site:
            high, low, precursor = self.opaque_site
            text = f"{self.origin}/^4{high}^5{low}^6{precursor}"
        elif self.cross_site_ancestor:
            text = f"{self.origin}/^31"
        elif self.top_level_site:
            text = f"{self.origin}/^0{self.top_level_site}"
        else:
            text = self.origin
        if self.attributes:
            text += "^" + urlencode(self.attributes)
        return text


def _is_domain_of(first_party: str, origin: str) -> bool:
    """`first_party` is `a.test`, or `(https,a.test)` where the scheme counts as well."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if first_party.startswith("("):
        scheme, _, first_party = first_party.strip("()").partition(",")
        if scheme != parts.scheme:
            return False
        first_party = first_party.partition(",")[0]
    return host == first_party or host.endswith(f".{first_party}")


class Record(msgspec.Struct, frozen=True, gc=False):
    """One key and value as the browser holds it. A msgspec struct since millions are made."""

    store: Store
    storage_key: StorageKey
    key: str
    value: str
    modified: datetime | None = None
    """When the area (Chromium) or the record was last written, in UTC; None if unknown."""


@dataclass(frozen=True, slots=True)
class LargeRecord:
    """A record whose value is larger than any that is taken."""

    size: int
    """Bytes of its value."""
    storage_key: StorageKey | None = None
    """None where nothing tells whose it is."""
    key: str = ""
    """Its beginning, if it is long."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a store that could not be read, and how much is missing because of it."""

    store: Store
    description: Message
    """For a person: which part is damaged."""
    lost_records: int | None
    """How many records are missing; None where it cannot be known."""
    too_large: LargeRecord | None = None
    """The record that is not taken, where nothing is damaged but a value is too large."""

    def concerns(self, origins: Collection[str]) -> bool:
        """Whether a value too large may be one of these web sites', or, without any, is told."""
        large = self.too_large
        return large is not None and (
            not origins or large.storage_key is None or large.storage_key.origin in origins
        )

    @property
    def message(self) -> Message:
        """The whole of it, with the store and how much was lost."""
        if self.too_large:
            return Message(
                "{browser}, profile {profile}: {description}",
                browser=self.store.profile.browser_name,
                profile=self.store.profile.name,
                description=self.description,
            )
        return damage_message(str(self.store.path), self.description, self.lost_records)


# ---- where it goes ------------------------------------------------------------------------------


class ColumnType(StrEnum):
    """The column types that a plan can fill."""

    TEXT = "text"
    UUID = "uuid"
    BOOLEAN = "boolean"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    DOUBLE = "double"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    DATE = "date"
    JSON = "json"
    JSONB = "jsonb"
    ENUM = "enum"
    OTHER = "other"
    """Any other type that PostgreSQL reads from text; its values are texts."""


TIME_TYPES = (ColumnType.TIMESTAMP, ColumnType.TIMESTAMPTZ)
INTEGER_BITS = {ColumnType.SMALLINT: 16, ColumnType.INTEGER: 32, ColumnType.BIGINT: 64}


class IdStrategy(StrEnum):
    """Which id the row of an item gets."""

    KEEP = "keep"
    """The item's own, whatever it is."""
    DERIVE = "derive"
    """The item's own where it is unique by nature, else one that is always derived alike."""
    DATABASE = "database"
    """One that the database draws."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType
    declared: str = ""
    """The type as the database spells it."""
    max_length: int | None = None
    """Characters, for varchar(n) and char(n)."""
    precision: tuple[int, int] | None = None
    """Digits in all and after the point, for numeric(p, s)."""
    time_digits: int | None = None
    """Digits after the second's point, for timestamp(n); None: six."""
    nullable: bool = True
    has_default: bool = False
    generated: bool = False
    """Computed by the database (generated or identity always): never written, but for ids that
    the database draws."""
    identity: Literal["always", "by default"] | None = None
    """An identity column's kind; its values come from a sequence of its own."""
    enum_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table whose values are those of another table's, or of its own, rows."""

    columns: tuple[str, ...]
    schema: str
    table: str
    referred_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A target table, introspected or as the plan would create it."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    schema: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_security: bool = False
    """Whether row-level security limits what this login sees and writes."""

    def has_unique_key(self, columns: Collection[str]) -> bool:
        """Whether it lets no two rows have the same values in these columns, or some of them."""
        return any(key and {*key} <= {*columns} for key in (self.primary_key, *self.unique))

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


# ---- what goes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item was found, for reports."""

    store: Store
    storage_key: StorageKey
    key: str
    position: str = ""
    """The place inside the value: an array's index or an object's key; empty for the whole."""

    @property
    def profile_name(self) -> str:
        """As people tell profiles apart: `Google Chrome, Anna`."""
        return f"{self.store.profile.browser_name}, {self.store.profile.name}"

    @property
    def place(self) -> str:
        """As people tell places of one profile apart: `envs[0]`."""
        return f"{self.key}[{self.position}]" if self.position else self.key


class UnresolvedReference(msgspec.Struct, frozen=True):
    """Stands in an item's values for the id of another item's row, until that is known."""

    origin: str
    """The other item's scope; see `Item.scope`."""
    source_id: str
    """The other item's."""
    id: Any
    """The source id as a row's id, if it fits the other table; else None."""

    def __str__(self) -> str:
        return self.source_id


class Item(msgspec.Struct, frozen=True):
    """One row to be."""

    entity: str
    source: Source
    source_id: str
    """The item's identity in the app's own data."""
    id: Any
    """The row's id: a `uuid.UUID`, `str` or `int`, as the target's id column asks; None until the
    database has drawn it (`TargetEntity.id_from_database`)."""
    derived: bool
    """Whether `id` was made from the source id because that does not fit the column; or is None,
    and its row's id the database's to draw."""
    values: tuple[Any, ...]
    """One value a target column, in the order of `TargetEntity.columns`; where that refers to
    other items, an `UnresolvedReference`."""
    updated_at: datetime | None = None
    """When the app last changed the item, if it says so."""
    escaped: tuple[str, ...] = ()
    """The columns whose text was escaped since PostgreSQL cannot hold it."""
    raw: str = ""
    """The item's own text, kept should the database refuse it."""
    created_at: datetime | None = None
    """When the app made the item, if it says so."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Scope and source id of other items that are this one by the table's unique keys."""
    scope: str = ""
    """Within what the source id is the item's own: the app's origin, or a profile's part of it."""


class AsideItem(msgspec.Struct, frozen=True):
    """An item that becomes no row and is kept whole, so that nothing is lost unseen."""

    entity: str
    source: Source
    source_id: str | None
    code: str
    """A stable word for the kind of reason: too-long, bad-date, missing …"""
    reason: Message
    """For the person; names fields, never values."""
    remedy: Message
    raw: str
    """The item's own text."""


class Rejection(AsideItem, frozen=True):
    """An item that cannot go, and what to do about it: it can be repaired and sent again."""


class Superseded(AsideItem, frozen=True):
    """An item that differs from another one of the same identity or unique key, which counts."""


# ---- what becomes of rows that exist and differ --------------------------------------------------


class ConflictPolicy(StrEnum):
    """What a run does about them."""

    SKIP = "skip"
    OVERWRITE = "overwrite"
    MERGE = "merge"
    """As the entity's `MergeRule` says."""
    INTERACTIVE = "interactive"
    """The person is asked about each."""


class MergeRule(StrEnum):
    """What MERGE means for an entity; also, which of two browsers' versions of an item counts."""

    NEWEST = "newest"
    """The one changed last, as a whole."""
    FIELDS = "fields"
    """Both: see postgres/merge.py."""
    OVERWRITE = "overwrite"
    KEEP = "keep"
    """The row stays."""
    PROMPT = "prompt"


class Resolution(StrEnum):
    """What becomes of one conflict; of two versions, the first is in the row's place."""

    KEEP = "keep"
    """The row stays as it is."""
    REPLACE = "replace"
    """The item's values take the place of the row's."""
    MERGE = "merge"
    """Both, the row's where they contradict: see postgres/merge.py."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A column in which a row and an item differ; its values cut to what shows how."""

    name: str
    row: str | None
    item: str | None


class ConflictKind(NamedTuple):
    """What conflicts of one entity have in common that one answer may hold for."""

    fields: tuple[str, ...]
    """Those that differ."""
    stores: tuple[str, ...] = ()
    """Of two versions, where the first and the second lie."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item whose row exists and differs; or two items of which one counts, and that differ.

    Of two items, the one that counts unless the person says otherwise is in the row's place.
    """

    entity: str
    id: str
    """The row's; of two items, `text_escape.identity_text` of the first one's source id."""
    differences: tuple[Difference, ...]
    row_time: datetime | None
    """When it was last changed, if it says so."""
    item_time: datetime | None
    row_digest: bytes
    """Of the columns that the item fills, as the row has them; see postgres/types/digest.py."""
    item_digest: bytes
    merged_digest: bytes
    """Of the row as Answer.MERGE would leave it; empty for two items."""
    row_source: Source | None = None
    """Where the first of two items was found; None: a row of the database."""
    item_source: Source | None = None
    """Where the second was found; None as well."""

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(difference.name for difference in self.differences)

    @property
    def kind(self) -> ConflictKind:
        if self.row_source is None or self.item_source is None:
            return ConflictKind(self.fields)
        stores = str(self.row_source.store.path), str(self.item_source.store.path)
        return ConflictKind(self.fields, stores)

    @property
    def version_names(self) -> tuple[str, str] | None:
        """How people tell the two items apart; None for a row and an item."""
        one, other = self.row_source, self.item_source
        if one is None or other is None:
            return None
        if one.profile_name != other.profile_name:
            return one.profile_name, other.profile_name
        first, second = (f"{each.profile_name}, {each.place}" for each in (one, other))
        if first != second:
            return first, second
        return f"{first}, {one.storage_key}", f"{second}, {other.storage_key}"


# ---- the target ----------------------------------------------------------------------------------


def normalize_name(name: str) -> str:
    """A member's name without regard to case and to how its words are joined."""
    return name.replace("_", "").replace("-", "").casefold()


@dataclass(frozen=True, slots=True)
class RowOwner:
    """The person among whose rows an id is looked for."""

    column: str
    user_id: str
    """As the column has it."""


@dataclass(frozen=True, slots=True)
class RowKey:
    """By what a table's rows are found."""

    id_column: Column
    owner: RowOwner | None = None
    """Where rows of several people may have one id; else the id says it all."""


def row_owner(
    table: Table, id_column: str, user_column: str | None, user_id: str
) -> RowOwner | None:
    """None but where the table has a unique key of a person and an id, and none of the id alone."""
    keys = [set(key) for key in (table.primary_key, *table.unique)]
    if user_column is None or {id_column} in keys or {id_column, user_column} not in keys:
        return None
    return RowOwner(user_column, user_id)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that holds the id of another item's row."""

    column: Column
    entity: str
    """The other item's."""
    table: Table
    id_column: Column
    user_column: str | None
    null_if_dangling: bool
    """Whether the column stays empty where there is no such row; else the item is rejected."""
    id_strategy: IdStrategy = IdStrategy.DERIVE
    """Of the other items' ids."""
    owner: RowOwner | None = None
    """As of a TargetEntity."""

    @property
    def row_key(self) -> RowKey:
        """By what the other rows are found."""
        return RowKey(self.id_column, self.owner)


@dataclass(frozen=True, slots=True)
class TargetEntity:
    """One kind of item, bound to the table it goes to."""

    name: str
    table: Table
    id_column: str
    user_column: str | None
    columns: tuple[Column, ...]
    """The columns that items fill, the id column first."""
    rule: MergeRule = MergeRule.NEWEST
    created_column: str | None = None
    """The one of `columns` that says when a row was made."""
    updated_column: str | None = None
    """The one of `columns` that says when a row was last changed."""
    references: tuple[Reference, ...] = ()
    id_strategy: IdStrategy = IdStrategy.DERIVE
    identity: tuple[frozenset[str], ...] = ()
    """Columns that together identify an item, beside its id, where the table has a unique key of
    them."""
    secret_columns: frozenset[str] = frozenset()
    """Those whose values nobody is shown."""
    secret_members: frozenset[str] = frozenset()
    """`normalize_name`s of members, at any depth in JSON columns, whose values nobody is shown."""
    owner: RowOwner | None = None
    """The person, where the table's ids tell only one person's rows apart; see `of_user`."""

    @property
    def row_key(self) -> RowKey:
        """By what the rows are found."""
        return RowKey(self.columns[0], self.owner)

    def of_user(self, user_id: str) -> "TargetEntity":
        """The entity for the rows of one person."""
        return replace(
            self,
            owner=row_owner(self.table, self.id_column, self.user_column, user_id),
            references=tuple(
                replace(
                    each,
                    owner=row_owner(each.table, each.id_column.name, each.user_column, user_id),
                )
                for each in self.references
            ),
        )

    @property
    def id_from_database(self) -> bool:
        """Whether new rows have the ids that the id column's sequence or default draws."""
        return self.id_strategy is IdStrategy.DATABASE


# ---- what came of it ----------------------------------------------------------------------------


@dataclass(slots=True)
class Counts:
    """What became of a run's records and items."""

    records: int = 0
    items: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Rows that exist, differ and stay."""
    rejected: int = 0
    conflicts: int = 0
    superseded: int = 0
    """Items that gave way to another version of the same item."""
    duplicates: int = 0
    """Those of the unchanged ones that equal another item of the sources; no chunk names them."""

    @property
    def accounted(self) -> int:
        """The items of which it is known what became of them: all of them."""
        return (
            self.inserted
            + self.updated
            + self.unchanged
            + self.skipped
            + self.superseded
            + self.rejected
        )

    def __iadd__(self, other: "Counts") -> "Counts":
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


@dataclass(slots=True)
class UndoCounts:
    """What an undo did to rows."""

    deleted: int = 0
    restored: int = 0
    """Overwritten rows that have their former values again."""
    inserted: int = 0
    """Deleted rows that are there again."""
    kept: int = 0
    """Rows that are not as they were before, each with its reason."""

    def __iadd__(self, other: "UndoCounts") -> "UndoCounts":
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


class KeptReason(StrEnum):
    """Why undo left a row, in the letter that its chunk's record has for it."""

    CHANGED = "c"
    GONE = "g"
    REFERENCED = "r"
    THERE = "t"
    REFUSED = "x"
    ALTERED = "a"
    SHARED = "m"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row that undo could not bring back to what it was."""

    entity: str
    id: str
    reason: KeptReason
    message: Message


class Outcome(StrEnum):
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    DRY_RUN = "dry_run"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClearedData:
    """What was cleared from browsers after a run had brought it in."""

    backup: str
    """The id of what holds it."""
    cleared: datetime
    origins: tuple[str, ...]
    records: int
    runs: tuple[str, ...]
    """Those that had brought it in."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    run: str
    """The undo's own id in the bookkeeping, by which it can be undone."""
    undone_runs: tuple[str, ...]
    """The runs that it took back, in this order."""
    outcome: Outcome
    counts: UndoCounts
    by_entity: dict[str, UndoCounts]
    skipped_rows: tuple[KeptRow, ...]
    """The first rows that are not as they were before; all are in the bookkeeping."""
    seconds: float
    error: MigratorError | None = None
    """Why it did not complete; run again, it goes on."""
    cleared: tuple[ClearedData, ...] = ()
    """What browsers lack that these runs had brought in, so that it lies in backups alone."""


@dataclass(frozen=True, slots=True)
class RestOfRecords:
    """What nothing takes of the records of one key."""

    key: str
    path: str
    """`settings.theme`; empty for the whole record."""
    records: int
    count: int
    """Elements or members in all."""
    size: int
    """Bytes of their JSON."""


@dataclass(frozen=True, slots=True)
class RecordsAside:
    """Records of one key that the plan or this program leaves aside."""

    kind: str
    """The word for why: cache, secret, empty …"""
    key: str
    records: int


@dataclass(frozen=True, slots=True)
class LoginsCut:
    """Logins that were cut out of the records of one key, whose rest is taken."""

    key: str
    path: str
    count: int


class Suspicion(msgspec.Struct, frozen=True):
    """How many values of a field look like one kind of secret. Holds no value."""

    entity: str
    field: str
    """The member's name; the record's key where there is none."""
    kind: str
    """A `SecretKind`; see plan/secrets/recognise.py."""
    count: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    """What of the records read did not become items, by names and sizes; no value. Of each kind
    the first few hundred names, and the others together as `…`."""

    rest: tuple[RestOfRecords, ...] = ()
    aside: tuple[RecordsAside, ...] = ()
    cut: tuple[LoginsCut, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    run: str | None
    """The run's id in the bookkeeping; None if it was refused before anything was written."""
    outcome: Outcome
    counts: Counts
    by_entity: dict[str, Counts]
    skipped_records: dict[str, int]
    """Records that did not become items, by reason: cache, secret, other-site, partitioned …"""
    damages: tuple[Damage, ...]
    verified: bool
    seconds: float
    peak_memory_mb: float
    text_length: int = 0
    """Characters in the records that hold the items."""
    backup: str | None = None
    error: MigratorError | None = None
    """Why the run did not complete."""
    undo: UndoResult | None = None
    """How it took itself back; `counts` says what is there after it."""
    rejections: tuple[Rejection, ...] = field(default=(), repr=False)
    """The first ones; all are in the run's bookkeeping."""
    superseded: tuple[Superseded, ...] = field(default=(), repr=False)
    """The same."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """What the plan calls its entities, for people."""
    not_taken: NotTaken = NotTaken()
    suspicions: tuple[Suspicion, ...] = ()
    """What looks secret or personal in what was sent, and that the plan does not name."""
    too_large: tuple[Damage, ...] = ()
    """Those of the damages that tell a value of the run's web sites which is too large."""

    def label(self, entity: str) -> str:
        return self.labels.get(entity, entity)

    @property
    def items_per_second(self) -> float:
        return self.counts.items / self.seconds if self.seconds else 0.0

    @property
    def average_item_size(self) -> float:
        """Characters of the records that an item takes up."""
        return self.text_length / self.counts.items if self.counts.items else 0.0


def damage_message(store: str, description: Message, lost_records: int | None) -> Message:
    """What is damaged in `store`; None where nobody knows how much was lost."""
    if lost_records is None:
        return Message(
            "{store}: {description} An unknown number of records are lost.",
            store=store,
            description=description,
        )
    return plural(
        "{store}: {description} {count:,} record is lost.",
        "{store}: {description} {count:,} records are lost.",
        count=lost_records,
        store=store,
        description=description,
    )
