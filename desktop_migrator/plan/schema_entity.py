"""What a plan says of one kind of item: where it lies, its id, its columns."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from desktop_migrator.model import INTEGER_BITS, ColumnType, MergeRule
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.schema_texts import (
    CONTENT,
    ENCODING,
    INDEX,
    KEY,
    NAME,
    PARENT,
    PATH,
    USER,
    VARIABLES,
    Constant,
    DecoderName,
    Expressions,
    ExpressionText,
    Name,
    PathText,
    PatternText,
    PlanSection,
    Scalar,
    SqlType,
    TableName,
    Text,
    time_zone,
)
from desktop_migrator.plan.sensitive import WHOLE_ITEM, Action, SensitiveRule, SensitiveRules
from desktop_migrator.plan.sql_types import column_of_type
from desktop_migrator.plan.wildcards import WildcardPattern


class EntitySource(PlanSection):
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


class Id(PlanSection):
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


class PlanColumn(PlanSection):
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
    zone: Annotated[str, AfterValidator(time_zone)] | None = None
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


class Entity(PlanSection):
    """One kind of item, and the table it goes to."""

    table: TableName
    label: Text | None = None
    """What people are told such items are: Tasks. Without it, the entity's name."""
    counted: Annotated[list[Text], Field(min_length=2, max_length=2)] | None = None
    """What stands after a number, for one and for several: task, tasks. Without it, the label."""
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
