"""Fits a draft to tables that are there: names, types, enums, references, ids, the person.

An entity goes to the table that is called like it, else to the one whose columns are its fields.
What a table does not have is told: fields without a column, columns that nobody fills, kinds of
items without a table. Nothing of it is made up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import (
    INTEGER_BITS,
    TIME_TYPES,
    Column,
    ColumnType,
    Table,
    normalize_name,
)
from desktop_migrator.plan.infer.choose_tables import JSON, choose_tables, table_name
from desktop_migrator.plan.infer.drafts import (
    ColumnDraft,
    EntityDraft,
    IdDraft,
    PlanDraft,
)
from desktop_migrator.plan.infer.field_types import FieldSeen, TypeGuess, fits, look_at, misfits
from desktop_migrator.plan.infer.find_places import kind
from desktop_migrator.plan.infer.guesses import Confidence
from desktop_migrator.plan.infer.naming import bare, can_be_named, field_expression
from desktop_migrator.plan.infer.same_words import same_word
from desktop_migrator.plan.sql_types import spelled_type

_USER_COLUMNS = frozenset(
    ("userid", "ownerid", "accountid", "authorid", "createdby", "user", "owner", "createdbyid",
     "personid", "memberid", "customerid", "profileid")
)  # fmt: skip
_USER_TABLES = frozenset(("user", "account", "person", "member", "profile", "customer"))
_SOURCE_IDS = frozenset(
    (
        "legacyid",
        "sourceid",
        "externalid",
        "clientid",
        "localid",
        "originalid",
        "oldid",
        "browserid",
    )
)
_REST_NAMES = ("metadata", "meta", "data", "extra", "extras", "more", "rest", "attributes",
               "properties", "custom", "payload", "details")  # fmt: skip
_INTEGER = re.compile(rb"-?(?:0|[1-9][0-9]{0,14})")


def fit_tables(
    draft: PlanDraft, fields: Mapping[str, Mapping[str, FieldSeen]], tables: Sequence[Table]
) -> None:
    """Changes the draft; entities without a table are taken out of it and told."""
    chosen = choose_tables(draft, fields, tables)
    for entity in list(draft.entities):
        table = chosen.get(entity.name)
        if table is None or (entity.parent and entity.parent not in chosen):
            draft.entities.remove(entity)
            chosen.pop(entity.name, None)
            _forget(draft, entity)
            draft.guess(
                "plan",
                Message(
                    "No table is like {entity}: its items stay in the browser.", entity=entity.name
                ),
                Confidence.DOUBTFUL,
                {"items": len(entity.items)},
            )
    names = {each.name for each in draft.entities}
    for entity in draft.entities:
        for rules in entity.columns.values():
            if rules.options.get("references") not in (None, *names):
                rules.options.pop("references")
    for entity in draft.entities:
        _Fitting(draft, entity, fields.get(entity.name, {}), chosen[entity.name], chosen).fit()


def _forget(draft: PlanDraft, entity: EntityDraft) -> None:
    place = f"entities.{entity.name}"
    draft.guesses = [
        each
        for each in draft.guesses
        if each.place != place and not each.place.startswith(f"{place}.")
    ]


@dataclass(slots=True)
class _Fitting:
    """One entity and its table."""

    draft: PlanDraft
    entity: EntityDraft
    fields: Mapping[str, FieldSeen]
    table: Table
    chosen: Mapping[str, Table]

    @property
    def place(self) -> str:
        return f"entities.{self.entity.name}"

    def fit(self) -> None:
        entity, table = self.entity, self.table
        old, entity.columns = entity.columns, {}
        owner = entity.omit[:]
        created, updated = (
            old[each].field if each else "" for each in (entity.created, entity.updated)
        )
        self._forget_columns()
        entity.table, entity.target, entity.created, entity.updated = (
            table_name(table),
            table,
            "",
            "",
        )
        self.draft.guess(
            self.place,
            Message("Goes to the table {table}.", table=entity.table),
            Confidence.LIKELY,
            {"columns": len(table.columns)},
        )
        id_column = self._fit_id()
        free = [each for each in table.columns if each is not id_column and not each.generated]
        for column in list(free):
            if self._fit_column(column, old, owner):
                free.remove(column)
        self._fit_times(created, updated)
        self._fit_rest(free)
        self._tell_unfilled(free)

    def _forget_columns(self) -> None:
        for part in ("columns.", "id"):
            self.draft.guesses = [
                each
                for each in self.draft.guesses
                if not each.place.startswith(f"{self.place}.{part}")
            ]

    # ---- ids -------------------------------------------------------------------------------------

    def _fit_id(self) -> Column | None:
        entity, table = self.entity, self.table
        keys = table.primary_key or ("id",)
        column = table.column(keys[0])
        if len(keys) != 1 or column is None:
            self.draft.guess(
                f"{self.place}.id",
                Message("The table's key has several columns, which a plan cannot fill as an id."),
                Confidence.DOUBTFUL,
            )
            return None
        rules = entity.id
        entity.id = IdDraft(column.name, rules.from_, spelled_type(column), "", rules.unique_in)
        if column.type in INTEGER_BITS:
            drawn = column.has_default or column.generated
            entity.id.strategy = "database" if drawn else "keep"
        what = (
            Message("The database numbers the rows; a run remembers which item got which.")
            if entity.id.strategy == "database"
            else Message("The id of the item, or one that is always made alike.")
        )
        self.draft.guess(f"{self.place}.id", what, Confidence.SURE, {"items": len(entity.items)})
        return column

    # ---- columns ---------------------------------------------------------------------------------

    def _fit_column(self, column: Column, old: Mapping[str, ColumnDraft], owner: list[str]) -> bool:
        """Whether something fills the column."""
        place = f"{self.place}.columns.{column.name}"
        found = self._taking(column, old)
        if found is not None:
            self._take(column, found, place)
            return True
        if self._is_owner(column):
            self._add(column, ColumnDraft(("$user",)))
            self.draft.guess(
                place, Message("Whose row it is: the id given to a run."), Confidence.LIKELY
            )
            return True
        if normalize_name(column.name) in _SOURCE_IDS and not self.entity.id.from_[0].startswith(
            ("$index", "@")
        ):
            from_ = self.entity.id.from_[0]
            field = next((each for each in self.fields if field_expression(each) == from_), "")
            rules = ColumnDraft((from_,), field=field)
            if field:
                self._as_text(column, rules, self.fields[field])
            self._add(column, rules)
            self.draft.guess(
                place, Message("The id that the item has in the app."), Confidence.LIKELY
            )
            return True
        return False

    def _taking(self, column: Column, old: Mapping[str, ColumnDraft]) -> ColumnDraft | None:
        """What the column would take by its name: a field, a variable, the parent, a reference."""
        name = normalize_name(column.name)
        for own, rules in old.items():
            is_field = bool(rules.field) and normalize_name(rules.field) == name
            is_own = normalize_name(own) == name and not rules.options.get("rest")
            if (is_field or is_own) and rules.from_ != ("$user",):
                if rules.field in self.entity.omit:
                    continue
                return ColumnDraft(rules.from_, "", dict(rules.options), rules.field)
        for field in self.fields:
            if normalize_name(field) == name and can_be_named(field):
                if field in self.entity.omit or f"**.{field}" in self.entity.sensitive:
                    return None
                return ColumnDraft((field_expression(field),), "", {}, field)
        for own, rules in old.items():
            if rules.options.get("references") and self._refers(column, rules):
                return ColumnDraft(rules.from_, "", dict(rules.options), rules.field)
            if (
                own in ("name", "value", "day")
                and not rules.field
                and self._only_one(column, rules)
            ):
                return ColumnDraft(rules.from_, "", dict(rules.options))
        return None

    def _only_one(self, column: Column, rules: ColumnDraft) -> bool:
        """Whether the map's names or values can go nowhere else."""
        values = self._values(rules)
        if values is None or column.name in (*self.table.primary_key, ""):
            return False
        able = [
            each
            for each in self.table.columns
            if each.type is not None
            and each.name not in self.table.primary_key
            and not self._is_owner(each)
            and (each.type in JSON or each.type is not ColumnType.TEXT or rules.from_ == ("$name",))
            and fits(TypeGuess(""), values, each)
        ]
        return able[:1] == [column]

    def _refers(self, column: Column, rules: ColumnDraft) -> bool:
        other = self.chosen.get(str(rules.options["references"]))
        return other is not None and any(
            key.columns == (column.name,) and key.table == other.name
            for key in self.table.foreign_keys
        )

    def _take(self, column: Column, rules: ColumnDraft, place: str) -> None:
        options = rules.options
        options.pop("required", None)
        if target := self._referred(column):
            options.clear()
            options["references"] = target
            self._add(column, rules)
            self.draft.guess(
                place,
                Message("Refers to {other}, as the foreign key says.", other=target),
                Confidence.SURE,
            )
            return
        values = self._values(rules)
        seen = self.fields.get(rules.field)
        if not options.get("references"):
            self._fit_values(column, rules, values or [], place)
        self._add(column, rules)
        if not column.nullable and not column.has_default:
            lacking = len(self.entity.items) - (seen.present if seen else len(self.entity.items))
            rules.options["required"] = True
            if lacking:
                self.draft.guess(
                    place,
                    Message(
                        "The column must have a value; items without one are rejected unless a"
                        " `default` is set."
                    ),
                    Confidence.DOUBTFUL,
                    {"items without": lacking},
                )

    def _referred(self, column: Column) -> str | None:
        for key in self.table.foreign_keys:
            for name, other in self.chosen.items():
                same = key.table == other.name and key.schema == (other.schema or key.schema)
                if (
                    key.columns == (column.name,)
                    and same
                    and key.referred_columns == tuple(other.primary_key)
                ):
                    return name
        return None

    def _values(self, rules: ColumnDraft) -> list[Raw] | None:
        if rules.field in self.fields:
            return self.fields[rules.field].values
        if rules.from_ == ("@",):
            return [item.raw for item in self.entity.items]
        return None

    def _fit_values(
        self, column: Column, rules: ColumnDraft, values: list[Raw], place: str
    ) -> None:
        """Options by which the column takes the values."""
        options = rules.options
        if column.type not in TIME_TYPES:
            options.pop("numbers", None)
        if column.enum_values:
            self._fit_enum(column, rules, values, place)
            return
        seen = self.fields.get(rules.field)
        if seen and self._as_text(column, rules, seen):
            what = Message("{name} holds numbers, which are written as text.", name=rules.field)
            self.draft.guess(place, what, Confidence.LIKELY, seen.evidence)
            return
        for more in ({}, {"numbers": "milliseconds"}, {"empty": "null"}, {"round": True}):
            if fits(TypeGuess("", {**options, **more}), values, column):
                options.update(more)
                self.draft.guess(
                    place,
                    Message("{name} fits {type}.", name=rules.field or rules.from_[0],
                            type=column.declared or str(column.type)),
                    Confidence.SURE if not more else Confidence.LIKELY,
                    self.fields[rules.field].evidence if rules.field in self.fields else {},
                )  # fmt: skip
                return
        number = misfits(TypeGuess("", options), values, column)
        self.draft.guess(
            place,
            Message("Not every value fits {type}; these items are rejected.",
                    type=column.declared or str(column.type)),
            Confidence.DOUBTFUL,
            {"values that do not fit": number},
        )  # fmt: skip

    @staticmethod
    def _as_text(column: Column, rules: ColumnDraft, seen: FieldSeen) -> bool:
        """Whether whole numbers are to be written into a column of texts; so they are then."""
        numerals = [bytes(each) for each in seen.values if kind(each) == "number"]
        if column.type is not ColumnType.TEXT or not numerals:
            return False
        if set(seen.kinds) - {"number", "text"} or not all(map(_INTEGER.fullmatch, numerals)):
            return False
        rules.from_ = (f"to_string({rules.from_[0]})",)
        return True

    def _fit_enum(self, column: Column, rules: ColumnDraft, values: list[Raw], place: str) -> None:
        seen = look_at(values, len(values))
        words = sorted(
            {*seen.texts, *(each for each in ("true", "false") if seen.kinds["boolean"])}
        )
        meanings = {word: same_word(word, column.enum_values) for word in words}
        known = {word: meaning for word, meaning in meanings.items() if meaning is not None}
        if known and any(word != meaning for word, meaning in known.items()):
            rules.options["values"] = known
        unknown = len(meanings) - len(known)
        self.draft.guess(
            place,
            Message("The enum has {values}.", values=", ".join(column.enum_values)),
            Confidence.DOUBTFUL if unknown else Confidence.LIKELY,
            {"different values": len(meanings), "without a counterpart": unknown},
        )

    def _is_owner(self, column: Column) -> bool:
        to_users = any(
            key.columns == (column.name,) and bare(key.table) in _USER_TABLES
            for key in self.table.foreign_keys
        )
        return to_users or normalize_name(column.name) in _USER_COLUMNS

    def _add(self, column: Column, rules: ColumnDraft) -> None:
        rules.type = spelled_type(column)
        self.entity.columns[column.name] = rules

    def _fit_times(self, created: str, updated: str) -> None:
        for role, field in (("created", created), ("updated", updated)):
            column = self.entity.column_of(field) if field else None
            target = self.table.column(column) if column else None
            if column and target and target.type in TIME_TYPES:
                setattr(self.entity, role, column)

    # ---- what is left ----------------------------------------------------------------------------

    def _fit_rest(self, free: list[Column]) -> None:
        taken = {rules.field for rules in self.entity.columns.values()}
        read = {self.entity.id.from_[0]}
        left = [
            name
            for name, seen in self.fields.items()
            if name not in taken
            and field_expression(name) not in read
            and seen.present
            and name not in self.entity.omit
        ]
        columns = [each for each in free if each.type in JSON]
        columns.sort(key=lambda each: _REST_NAMES.index(each.name) if each.name in _REST_NAMES
                     else len(_REST_NAMES))  # fmt: skip
        for column in columns:
            whole = all(item.members is None for item in self.entity.items)
            rules = ColumnDraft((), "", {"rest": True}) if not whole else ColumnDraft(("@",))
            self._add(column, rules)
            free.remove(column)
            self.draft.guess(
                f"{self.place}.columns.{column.name}",
                Message("Takes the fields that have no column of their own."),
                Confidence.LIKELY,
                {"fields": len(left)},
            )
            return
        nullish = [name for name, seen in self.fields.items() if not seen.present]
        taking = next((name for name, rules in self.entity.columns.items()
                       if rules.field and (self.table.column(name) or free[0]).type in JSON
                       and self._holds_objects(rules.field)), None)  # fmt: skip
        if left and taking:
            self.entity.columns[taking].options["rest"] = True
            return
        if left:
            self.entity.omit += [name for name in left if can_be_named(name)]
            self.draft.guess(
                f"{self.place}.omit",
                Message(
                    "The table has no column for {fields}: they would not be migrated. Add columns,"
                    " or one of type jsonb.",
                    fields=", ".join(left[:20]),
                ),
                Confidence.DOUBTFUL,
                {"fields": len(left)},
            )
        self.entity.omit += [name for name in nullish if can_be_named(name) and name not in
                             self.entity.omit]  # fmt: skip

    def _holds_objects(self, field: str) -> bool:
        return set(self.fields[field].kinds) <= {"object", "null"}

    def _tell_unfilled(self, free: list[Column]) -> None:
        for column in free:
            if column.nullable or column.has_default or column.generated:
                continue
            self.draft.guess(
                f"{self.place}.columns.{column.name}",
                Message(
                    "The column {column} must have a value and nothing fills it: set `from` or"
                    " `default`.",
                    column=column.name,
                ),
                Confidence.DOUBTFUL,
            )
