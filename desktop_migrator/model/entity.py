"""The plan's entities, bound to the tables their items go to."""

from dataclasses import dataclass, replace

from desktop_migrator.model.conflict import MergeRule
from desktop_migrator.model.table import Column, IdStrategy, Table


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
