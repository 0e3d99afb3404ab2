"""What a plan file may say, as pydantic models; docs/plan.md explains it to those who write one.

A plan comes from somebody else and is only ever data: it names keys, fields and columns, and
holds no code and no regular expressions. Its JMESPath expressions are short and compiled here, so
that a mistake shows when the plan is loaded and not in the middle of a run.
"""

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jmespath.exceptions import JMESPathError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from desktop_migrator.errors import PlanError
from desktop_migrator.messages import Message
from desktop_migrator.model import INTEGER_BITS, Column, ColumnType, MergeRule
from desktop_migrator.plan.bounds import find_excess
from desktop_migrator.plan.decode.chain import ANY, DECODERS
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.origins import canonical_pattern
from desktop_migrator.plan.sensitive import (
    WHOLE_ITEM,
    Action,
    SensitiveRule,
    SensitiveRules,
    WithoutKey,
)
from desktop_migrator.plan.wildcards import WildcardPattern
from desktop_migrator.system.resources import resource

MAX_PLAN_BYTES = 1 << 20

USER, KEY, NAME, ENCODING = "$user", "$key", "$name", "$encoding"
INDEX, PATH, PARENT = "$index", "$path", "$parent"
VARIABLES = (USER, KEY, NAME, ENCODING, INDEX, PATH, PARENT)
CONTENT = "@"
"""As an id: the item's own content, equal ones of a record told apart by their count."""
_SQL_TYPES = {
    "text": ColumnType.TEXT,
    "varchar": ColumnType.TEXT,
    "uuid": ColumnType.UUID,
    "boolean": ColumnType.BOOLEAN,
    "smallint": ColumnType.SMALLINT,
    "integer": ColumnType.INTEGER,
    "bigint": ColumnType.BIGINT,
    "numeric": ColumnType.NUMERIC,
    "double precision": ColumnType.DOUBLE,
    "timestamp": ColumnType.TIMESTAMP,
    "timestamptz": ColumnType.TIMESTAMPTZ,
    "date": ColumnType.DATE,
    "json": ColumnType.JSON,
    "jsonb": ColumnType.JSONB,
}
_LONGEST_NAME = 63  # bytes; PostgreSQL cuts longer ones off
_LONGEST_VARCHAR = 10_485_760
_MAX_TOLD = 600
"""Characters of a place, and of what is wrong there, that are told."""
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")
"""Those without a dot are PostgreSQL's own, which no plan changes."""
_MOST_DIGITS = 1000  # numeric(p, s)
_SQL_TYPE = re.compile(r"([a-z ]{1,20})(?:\((\d{1,8})(?:, ?(\d{1,4}))?\))?")


def _sql_type(text: str) -> str:
    column_of_type("", text)
    return text


def _expression(text: str) -> str:
    if text.startswith("$"):
        if text not in VARIABLES:
            message = f"{text} is none of {', '.join(VARIABLES)}"
            raise ValueError(message)
        return text
    try:
        Expression(text)
    except RecursionError:
        message = "is nested too deeply"
        raise ValueError(message) from None
    except JMESPathError as error:
        message = f"is no JMESPath: {error}".replace("\n", " ")
        raise ValueError(message) from None
    return text


def _path(text: str) -> str:
    SensitiveRule(text, Action.DROP)
    return text


def _decoder_name(text: str) -> str:
    if text != ANY and text not in DECODERS:
        message = f"{text!r} is none of {', '.join((*DECODERS, ANY))}"
        raise ValueError(message)
    return text


def _setting_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not _SETTING.fullmatch(text):
        raise ValueError("is no setting of an app's own, such as app.user_id")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"{text!r} is no time zone such as Europe/Berlin or UTC"
        raise ValueError(message) from None
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _scalar(value: str | float) -> str | float:
    if isinstance(value, str):
        return _storable(value)
    if not math.isfinite(value):
        raise ValueError("is not a number that JSON has")
    return value


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds U+0000, which PostgreSQL cannot hold")
    return text


def _name(text: str) -> str:
    if len(text.encode()) > _LONGEST_NAME:
        message = f"is longer than PostgreSQL's names, which have {_LONGEST_NAME} bytes at most"
        raise ValueError(message)
    return text


def _table_name(text: str) -> str:
    for part in text.split("."):
        _name(part)
    return text


Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_storable)]
Name = Annotated[Text, AfterValidator(_name)]
"""Of a column."""
TableName = Annotated[Text, Field(pattern=r"^[^.]+(\.[^.]+)?$"), AfterValidator(_table_name)]
"""`table` or `schema.table`."""
PatternText = Annotated[str, Field(max_length=500)]
OriginPattern = Annotated[PatternText, AfterValidator(canonical_pattern)]
ExpressionText = Annotated[Text, AfterValidator(_expression)]
Expressions = Annotated[list[ExpressionText], BeforeValidator(_listed), Field(min_length=1)]
PathText = Annotated[Text, AfterValidator(_path)]
"""Of a sensitive field; see plan/sensitive.py."""
DecoderName = Annotated[str, Field(max_length=40), AfterValidator(_decoder_name)]
SqlType = Annotated[Text, AfterValidator(_sql_type)]
Scalar = Annotated[str | bool | int | float, AfterValidator(_scalar)]
SettingName = Annotated[str, AfterValidator(_setting_name)]
SettingValue = Text | Annotated[dict[Text, Scalar], Field(max_length=20)]
"""Of a setting of the database's session; members make a JSON object."""
Constant = Scalar | dict[str, Scalar] | list[Scalar]


class _PlanSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_PlanSection):
    """Which web sites the plan is for."""

    origins: list[OriginPattern | Annotated[list[OriginPattern], Field(min_length=1)]] = []
    """Patterns such as `https://*.example.com`. Empty: any, and the person says which. A list in
    the list is one app on several origins: its items are the same by their ids on all of them."""
    partitioned: bool = False
    """Whether areas of these sites framed in other sites, and in containers, are read too."""

    @cached_property
    def patterns(self) -> tuple[WildcardPattern, ...]:
        return tuple(
            WildcardPattern(text)
            for entry in self.origins
            for text in ([entry] if isinstance(entry, str) else entry)
        )

    def names(self, origin: str) -> bool:
        """Whether the plan is for this web site, as one that names none is for all."""
        patterns = self.patterns
        return not patterns or any(each.match(origin) is not None for each in patterns)

    def app_origin(self, origin: str) -> str:
        """The origin that names the app in its items' identity.

        It is the first of the list in which the plan has the origin. Origins named one by one are
        one app where nothing but their scheme differs, as where an app moved to https.
        """
        return self._app_origins.get(origin, origin)

    @cached_property
    def _app_origins(self) -> dict[str, str]:
        groups = [[entry] if isinstance(entry, str) else entry for entry in self.origins]
        by_host: dict[str, str] = {}
        named: dict[str, str] = {}
        for group in groups:
            first = group[0]
            if len(group) == 1 and "*" not in first:
                first = by_host.setdefault(first.partition("://")[2], first)
            named |= dict.fromkeys(group, first)
        return named


class Lookup(_PlanSection):
    """The app's own table that knows a person's id by what the person types."""

    table: TableName
    match: Name
    """The column that holds what is typed, such as an e-mail address."""
    id: Name
    """The column that holds the id."""


class User(_PlanSection):
    lookup: Lookup


class TextRules(_PlanSection):
    unstorable: Literal["escape", "reject"] = "escape"
    """What becomes of text with U+0000 or lone surrogates, which PostgreSQL cannot hold."""


class Sensitive(_PlanSection):
    """How sensitive fields are protected; which they are, entities and columns say."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")] = "default"
    """The name of the environment's key."""
    without_key: Annotated[WithoutKey, Field(strict=False)] = WithoutKey.REJECT
    """What becomes of items with values to encrypt or hash where there is no key: they are
    rejected (`reject`), or go without these values (`leave-out`)."""


class Ignore(_PlanSection):
    """Records that are left aside and counted."""

    kind: Text
    """The word under which they are counted: cache, secret …"""
    keys: Annotated[list[PatternText], Field(min_length=1)] = ["*"]
    holds: Literal["login", "one-word", "cache"] | None = None
    """Only if the value looks so. Such a rule spares records that an entity names by key. A login
    is cut out of the record, and the rest of it taken."""

    @cached_property
    def patterns(self) -> tuple[WildcardPattern, ...]:
        return tuple(WildcardPattern(text) for text in self.keys)


class EntitySource(_PlanSection):
    """One way in which an app keeps an entity's items."""

    keys: Annotated[list[PatternText], Field(min_length=1)] | None = None
    parent: Text | None = None
    """The entity in whose items these lie, in place of `keys`."""
    decode: Annotated[list[DecoderName], Field(max_length=8)] = []
    """By which libraries and encodings the value went, the outermost first; `any` takes texts
    that are no JSON too."""
    items: ExpressionText = "@"
    """Where in the decoded value, or in the parent's item, the items lie."""
    shape: Literal["list", "map", "pairs", "single", "combined"] = "list"
    """What lies there: a list of items, an object of names and items, a list of pairs of names
    and items, one item, or (`combined`) one field of the item that all records with such keys
    make together; it is called as the key's `*` has it."""

    @model_validator(mode="before")
    @classmethod
    def _unwrap_is_decode(cls, content: Any) -> Any:
        """Plans of before had one decoder, as `unwrap`."""
        if isinstance(content, dict) and "unwrap" in content and "decode" not in content:
            content = dict(content)
            unwrap = content.pop("unwrap")
            content["decode"] = [] if unwrap == "bare" else [unwrap]
        return content

    @model_validator(mode="after")
    def _has_one_place(self) -> "EntitySource":
        if (self.keys is None) == (self.parent is None):
            raise ValueError("needs `keys`, or `parent` in their place")
        if self.parent is not None and self.decode:
            raise ValueError("`decode` goes with `keys`; a parent's items are decoded already")
        if self.shape == "combined" and (self.keys is None or self.is_catch_all):
            raise ValueError("`combined` goes with `keys` other than `*`")
        return self

    @cached_property
    def patterns(self) -> tuple[WildcardPattern, ...]:
        return tuple(WildcardPattern(text) for text in self.keys or ())

    def matches(self, key: str) -> bool:
        return any(pattern.match(key) is not None for pattern in self.patterns)

    @property
    def is_catch_all(self) -> bool:
        return any(pattern.matches_all for pattern in self.patterns)


class Id(_PlanSection):
    column: Name = "id"
    from_: Expressions = Field(alias="from", default=["id"])
    """Which field is the item's id in the app's data; several make one together. `$key`, `$name`,
    `$path` and `$index` (the item's place) or `@` (its content) for items that have none."""
    type: SqlType = "uuid"
    """The column's type where the table is created."""
    strategy: Literal["keep", "derive", "database"] | None = None
    """Which id the row gets: the item's own (`keep`), that or one that is always derived alike
    (`derive`), or one that the database draws (`database`). Without it `database` where the column
    is a number that the database fills, else `derive`."""
    unique_in: Literal["app", "profile", "parent"] = "app"
    """Within what no two items have the same id: ids that count from 1 in each browser are unique
    in a `profile`, those that count from 1 in each parent in their `parent`."""

    @model_validator(mode="after")
    def _can_be_drawn(self) -> "Id":
        drawable = (ColumnType.UUID, *INTEGER_BITS)
        if self.strategy == "database" and column_of_type("", self.type).type not in drawable:
            raise ValueError("the database draws uuid, smallint, integer and bigint alone")
        return self

    @property
    def is_place(self) -> bool:
        """Whether the item's place in its record is its id."""
        return any(text in (INDEX, PATH) for text in self.from_)


class PlanColumn(_PlanSection):
    """How a column is filled."""

    from_: Expressions | None = Field(alias="from", default=None)
    """A field, a JMESPath, `@` (the whole item) or a variable; of several the first present."""
    type: SqlType | None = None
    """The type where the table is created; without it the column is never created, only filled
    where the table has it."""
    required: bool = False
    """Whether the table must have the column and each item a value for it."""
    default: Constant | None = None
    """The value of items that have none."""
    values: dict[str, Scalar] | None = None
    """All values there may be, each with what becomes of it."""
    numbers: Literal["milliseconds", "seconds"] | None = None
    """What a number in a timestamp's place counts since 1970; without it a number is rejected."""
    zone: Annotated[str, AfterValidator(_time_zone)] | None = None
    """The time zone of times that name none; without it they are rejected."""
    round: bool = False
    """Whether times and decimal numbers with more places than the column are rounded to them, half
    away from zero as PostgreSQL does; else they are rejected."""
    empty: Literal["null"] | None = None
    """Whether an empty text means that there is no value, as it does in columns of other types."""
    rest: bool = False
    """Whether the column takes the fields that nothing reads; json or jsonb."""
    references: Text | None = None
    """The entity whose item the field names by its id; the column takes that item's row's id."""
    dangling: Literal["reject", "null"] | None = None
    """What becomes of an item that refers to one which is not in the database: it is rejected (as
    without this), or the column stays empty."""
    sensitive: Annotated[Action, Field(strict=False)] | None = None
    """What becomes of the fields that it takes, before anything else does."""
    label: Text | None = None
    """What people are told it is: Due date. Without it, the column's name in plain letters."""

    @model_validator(mode="after")
    def _has_a_source(self) -> "PlanColumn":
        if self.from_ is None and self.default is None and not self.rest:
            raise ValueError("needs `from`, `default` or `rest`")
        texts = self.from_ or []
        if len(texts) > 1 and any(text in VARIABLES for text in texts):
            raise ValueError("a variable stands alone in `from`")
        if self.rest and any(text in VARIABLES or not Expression(text).field for text in texts):
            raise ValueError("`rest` can be joined to plain fields only")
        if self.rest and (self.default is not None or self.values is not None):
            raise ValueError("`rest` goes neither with `default` nor with `values`")
        self._refers_alone(texts)
        return self

    def _refers_alone(self, texts: list[str]) -> None:
        if self.references is None:
            if self.dangling:
                raise ValueError("`dangling` goes with `references` only")
            return
        others = (self.default, self.values, self.numbers, self.zone)
        if not texts or any(other is not None for other in others) or self.round or self.rest:
            raise ValueError("`references` goes with `from`, `type`, `required`, `dangling` only")
        if texts[0] in (USER, ENCODING, INDEX, PATH, "@"):
            message = f"{texts[0]} is no other item's id"
            raise ValueError(message)

    @model_validator(mode="after")
    def _can_be_protected(self) -> "PlanColumn":
        if self.sensitive is None:
            return self
        if self.rest or not self.from_ or len(self.field_paths) < len(self.from_):
            raise ValueError(
                "`sensitive` goes with fields, paths such as a.b, and @; for others, name the "
                "fields under the entity's `sensitive`"
            )
        if self.values is not None or self.numbers or self.zone or self.round:
            raise ValueError("`sensitive` values are not converted")
        if self.sensitive is Action.DROP:
            raise ValueError("to drop a field, name it under the entity's `sensitive` or `omit` it")
        return self

    @property
    def field_paths(self) -> list[list[str]]:
        """Of what it takes, as far as it is no variable and no longer expression."""
        texts = [text for text in self.from_ or () if text not in VARIABLES]
        paths = [Expression(text).path for text in texts]
        return [path for path in paths if path is not None]


class Entity(_PlanSection):
    """One kind of item, and the table it goes to."""

    table: TableName
    label: Text | None = None
    """What people are told such items are: Tasks. Without it, the entity's name."""
    id: Id = Id()
    created: Text | None = None
    """The column, among `columns`, that says when an item was made."""
    updated: Text | None = None
    """The column, among `columns`, that says when the app last changed an item."""
    conflict: Annotated[MergeRule, Field(strict=False)] = MergeRule.NEWEST
    """Which version counts where a row, or the same item in another browser, differs: the one
    changed last (`newest`), both (`fields`), the item (`overwrite`), the row (`keep`), or what the
    person says (`prompt`)."""
    unique: list[list[Name]] = []
    """Unique keys of the table where it is created."""
    identity: list[Annotated[list[Name], Field(min_length=1)]] = []
    """Unique keys by which an item and a row are the same though their ids differ. Of other unique
    keys the second item, or the one whose value a row has already, is rejected."""
    omit: list[Text] = []
    """Fields that are not migrated."""
    rebuild_indexes: bool = False
    """Whether a large load may leave indexes of the table away and make them again at its end,
    also where the app made the table; readers are slower meanwhile."""
    sensitive: dict[PathText, Annotated[Action, Field(strict=False)]] = {}
    """Sensitive fields by their paths, and what becomes of them."""
    sources: Annotated[list[EntitySource], Field(min_length=1)]
    columns: Annotated[dict[Name, PlanColumn], Field(min_length=1)]

    @property
    def needs_fields(self) -> bool:
        """Whether anything is asked of items but themselves."""
        plain = (CONTENT, *VARIABLES)
        return any(text not in plain for text in self.id.from_) or any(
            rules.rest or any(text not in plain for text in rules.from_ or ())
            for rules in self.columns.values()
        )

    @property
    def reads_names(self) -> bool:
        """Whether anything takes the names that items have in a map or by their keys."""
        lists = [self.id.from_, *(rules.from_ or [] for rules in self.columns.values())]
        return any(text in (NAME, PATH, KEY) for texts in lists for text in texts)

    @property
    def has_rest(self) -> bool:
        """Whether a column takes what nothing reads."""
        return any(rules.rest for rules in self.columns.values())

    @cached_property
    def sensitive_rules(self) -> SensitiveRules:
        """What is sensitive, by columns and by paths."""
        of_columns = [
            SensitiveRule(".".join(path) or WHOLE_ITEM, rules.sensitive)
            for rules in self.columns.values()
            if rules.sensitive
            for path in rules.field_paths
        ]
        return SensitiveRules(
            of_columns + [SensitiveRule(*each) for each in self.sensitive.items()]
        )

    @model_validator(mode="after")
    def _can_be_protected(self) -> "Entity":
        rules = self.sensitive_rules
        if (whole := rules.rule_for([])) and (self.needs_fields or whole.action is Action.DROP):
            raise ValueError("@ can be sensitive where no column takes fields, and not be dropped")
        for text in self.id.from_:
            id_path = [] if text in (CONTENT, *VARIABLES) else Expression(text).path
            if rules and (id_path is None or text == CONTENT):
                raise ValueError(
                    "where fields are sensitive, the id is found by a path such as a.b"
                )
            if id_path and rules.rule_for(id_path):
                raise ValueError("the id cannot be sensitive: it names the item in reports")
        for name, column in self.columns.items():
            needed = column.references or name in (self.created, self.updated)
            if needed and any(map(rules.rule_for, column.field_paths)):
                message = f"{name} is a time or a reference that is read and cannot be sensitive"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _names_fit(self) -> "Entity":
        known = {self.id.column, *self.columns}
        keys = (*self.unique, *self.identity)
        named = [self.created, self.updated, *(name for key in keys for name in key)]
        for name in named:
            if name is not None and name not in known:
                message = f"{name} is not among the columns"
                raise ValueError(message)
        if self.id.column in self.columns:
            raise ValueError("the id's column stands under `id`, not among the columns")
        return self

    @property
    def parents(self) -> set[str]:
        """The entities in whose items its own lie."""
        return {source.parent for source in self.sources if source.parent}

    @model_validator(mode="after")
    def _parent_fits(self) -> "Entity":
        texts = [
            *self.id.from_,
            *(text for rules in self.columns.values() for text in rules.from_ or ()),
        ]
        within = [bool(source.parent) for source in self.sources]
        if not (any(within) or PARENT not in texts) or not (
            all(within) or self.id.unique_in != "parent"
        ):
            raise ValueError(
                '$parent and `unique_in = "parent"` go with sources that have a `parent`'
            )
        return self

    @property
    def referenced_entities(self) -> set[str]:
        """The entities that its columns refer to, as far as the plan says."""
        return {rules.references for rules in self.columns.values() if rules.references}


class OnFailure(_PlanSection):
    """What becomes of the rows of a run that fails."""

    rollback_threshold: Annotated[float, Field(ge=0, le=1)] = 0.1
    """The share of rejected items above which the run undoes itself."""
    preserve_partial_data: bool = False
    """Keep what was written all the same."""


class Plan(_PlanSection):
    """The whole file."""

    version: Literal[1]
    name: Text
    source: Source = Source()
    user: User | None = None
    session: Annotated[dict[SettingName, SettingValue], Field(max_length=20)] = {}
    """Settings that the database is told, by which policies know the person (`$user`)."""
    text: TextRules = TextRules()
    sensitive: Sensitive = Sensitive()
    on_failure: OnFailure = OnFailure()
    ignore: list[Ignore] = []
    take: list[PatternText] = []
    """Keys that no `ignore` rule leaves aside."""
    translations: dict[Annotated[str, Field(pattern="^[a-z]{2}$")], dict[Text, Text]] = {}
    """By language, what the labels are called in it."""
    entities: Annotated[dict[Text, Entity], Field(min_length=1)]

    @model_validator(mode="after")
    def _references_fit(self) -> "Plan":
        refers = {name: entity.referenced_entities for name, entity in self.entities.items()}
        for name, others in refers.items():
            parents = self.entities[name].parents
            if unknown := (others | parents) - self.entities.keys():
                message = f"{name} refers to {', '.join(sorted(unknown))}, which is no entity"
                raise ValueError(message)
        try:
            TopologicalSorter({name: refers[name] - {name} for name in refers}).prepare()
        except CycleError as error:
            message = f"these refer to each other in a circle: {', '.join(error.args[1])}"
            raise ValueError(message) from None
        return self

    @cached_property
    def labels(self) -> dict[str, str]:
        """What people are told the entities are."""
        return {name: entity.label or name for name, entity in self.entities.items()}

    def labels_in(self, language: str) -> dict[str, str]:
        """The same in a language (`de`), as far as the plan translates it."""
        words = self.translations.get(language, {})
        return {name: words.get(label, label) for name, label in self.labels.items()}

    def field_labels(self, entity: str, language: str) -> dict[str, str]:
        """What people are told the entity's columns are."""
        words = self.translations.get(language, {})
        labels = {
            name: column.label or _plain_words(name)
            for name, column in self.entities[entity].columns.items()
        }
        return {name: words.get(label, label) for name, label in labels.items()}

    @cached_property
    def taken_keys(self) -> tuple[WildcardPattern, ...]:
        return tuple(WildcardPattern(text) for text in self.take)

    def combined_with(self, key: str, keys: Iterable[str]) -> Iterator[str]:
        """Which of the keys' records may make one item with the key's."""
        for entity in self.entities.values():
            for source in entity.sources:
                if source.shape == "combined" and source.matches(key):
                    yield from (each for each in keys if source.matches(each))

    def taking(self, keys: Sequence[str]) -> "Plan":
        """The plan with keys that are taken whatever it ignores."""
        return self.model_copy(update={"take": [*self.take, *keys]}) if keys else self

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of what the plan says; its comments and layout do not count."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain_words(name: str) -> str:
    """`due_date` and `dueDate` as "Due date"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").split()
    return " ".join(
        [words[0][:1].upper() + words[0][1:], *map(str.lower, words[1:])] if words else [name]
    )


def load_plan(path: Path | None) -> Plan:
    """Read and check a plan; None stands for the built-in one.

    Raises PlanError, which names the file and the place in it.
    """
    path = path or resource("plans", "default.toml")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PLAN_BYTES + 1)
    except OSError as error:
        raise PlanError(path=path, reason=error.strerror or Message("cannot be read")) from None
    return parse_plan(data, path)


def parse_plan(data: bytes, path: Path) -> Plan:
    """Check a plan's text; `path` says in errors where it came from. Raises PlanError."""
    if len(data) > MAX_PLAN_BYTES:
        raise PlanError(
            path=path,
            reason=Message("is larger than {limit} bytes", limit=MAX_PLAN_BYTES),
        )
    try:
        text = data.decode()
        if excess := find_excess(text):
            raise PlanError(path=path, reason=excess)
        content = tomllib.loads(text)
    except UnicodeDecodeError:
        raise PlanError(path=path, reason=Message("is not UTF-8 text")) from None
    except tomllib.TOMLDecodeError as error:
        raise PlanError(
            path=path, reason=Message("is not TOML: {error}", error=str(error))
        ) from None
    except RecursionError:
        raise PlanError(path=path, reason=Message("is nested too deeply")) from None
    except ValueError:  # 0000-00-00, which looks like a date
        raise PlanError(path=path, reason=Message("has a value that TOML does not know")) from None
    try:
        return Plan.model_validate(content)
    except ValidationError as error:
        raise PlanError(path=path, reason=_describe_errors(error)) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of plans, for editors; docs/plan.schema.json is a copy."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Plan.model_json_schema(by_alias=True),
    }


def column_of_type(name: str, declared: str, *, nullable: bool = True) -> Column:
    """A column as SQL would declare it: `varchar(255)`, `numeric(10, 2)` …

    Raises ValueError for a type that plans cannot fill.
    """
    found = _SQL_TYPE.fullmatch(declared)
    kind = _SQL_TYPES.get(found[1]) if found else None
    sized = {"varchar": 1, "numeric": 2}.get(found[1], 0) if found else 0
    if not found or not kind or (found[2] and not sized) or (found[3] and sized != 2):
        message = f"{declared!r} is none of {', '.join(_SQL_TYPES)}, varchar(n), numeric(p, s)"
        raise ValueError(message)
    size = int(found[2]) if found[2] else None
    scale = int(found[3] or 0)
    largest = _LONGEST_VARCHAR if sized == 1 else _MOST_DIGITS
    if size is not None and (not 1 <= size <= largest or scale > _MOST_DIGITS):
        message = f"{declared!r} has a size that PostgreSQL does not know"
        raise ValueError(message)
    return Column(
        name=name,
        type=kind,
        declared=declared,
        max_length=size if kind is ColumnType.TEXT else None,
        precision=(size, scale) if kind is ColumnType.NUMERIC and size else None,
        nullable=nullable,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TOLD else f"{text[:_MAX_TOLD]}…"


def _describe_errors(error: ValidationError) -> str:
    """The first mistakes with their places: `entities.tasks.columns.title.type: …`."""
    problems = error.errors(include_url=False, include_input=False)
    told = [
        f"{_shortened('.'.join(str(part) for part in problem['loc'])) or 'the plan'}: "
        f"{_shortened(problem['msg'].removeprefix('Value error, '))}"
        for problem in problems[:3]
    ]
    if len(problems) > len(told):
        told.append(f"and {len(problems) - len(told)} more")
    return "; ".join(told)
