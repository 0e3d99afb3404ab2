"""From records to a plan: which entities they have, and what is left aside.

Everything is bounded: how many records, groups of keys, values and items are looked at. What is not
looked at goes where everything else goes. The same records give the same plan.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from msgspec import Raw

from desktop_migrator.messages import Message, plural
from desktop_migrator.model import Record, Table
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.decode.chain import ANY, DecodeChain
from desktop_migrator.plan.decode.decoder import SetAside, json_string
from desktop_migrator.plan.infer.choose_tables import catch_all_table
from desktop_migrator.plan.infer.draft_entities import draft_columns, nested_entities
from desktop_migrator.plan.infer.drafts import (
    ColumnDraft,
    EntityDraft,
    IdDraft,
    IgnoreDraft,
    PlanDraft,
    SeenItem,
    SourceDraft,
)
from desktop_migrator.plan.infer.field_types import FieldSeen
from desktop_migrator.plan.infer.find_chains import ChainFinder
from desktop_migrator.plan.infer.find_places import (
    Place,
    are_alike,
    find_places,
    read_place,
)
from desktop_migrator.plan.infer.find_secrets import is_secret_record, secret_members
from desktop_migrator.plan.infer.fit_tables import fit_tables
from desktop_migrator.plan.infer.group_values import (
    MAX_SEARCHED,
    GroupValues,
    can_join,
    has_data_beside,
    is_key_list,
    is_settings,
    value_kind,
)
from desktop_migrator.plan.infer.guesses import Confidence, DraftedEntity, InferredPlan
from desktop_migrator.plan.infer.key_groups import KeyGroup, common_beginnings, group_keys
from desktop_migrator.plan.infer.link_entities import link_entities
from desktop_migrator.plan.infer.naming import entity_name, unused
from desktop_migrator.plan.infer.write_toml import write_toml
from desktop_migrator.plan.json_text import as_object
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema import parse_plan
from desktop_migrator.plan.secrets.cut import cut_logins

MAX_RECORDS = 200_000
_MAX_GROUPS = 2_000
_MAX_ENTITIES = 80
_MAX_CHAINS = 3
"""Ways of decoding that the records of one group may differ in."""
_MAX_TRIED = 20
_MAX_SINGLES = 5
_CATCH_ALL = "custom_data"
_ROWS_WITHIN = ("tinybase", "tanstack-db")
"""Decoders after which the names of objects are ids."""
_GENERIC = frozenset(
    ("items", "data", "entities", "list", "records", "rows", "value", "values", "collection",
     "byid", "entries", "results", "tables", "state", "all", "ids", "docs", "documents")
)  # fmt: skip
_SINGLE_WORDS = frozenset(
    ("settings", "setting", "preferences", "prefs", "options", "config", "profile", "form")
)
_CACHE_WORDS = ("cache", "i18next_res_")
_EXPIRY_NAMES = frozenset(("ttl", "expires", "expiry", "expiresAt", "staleAt", "i18nStamp", "exp"))


def draft_plan(
    records: Iterable[Record],
    *,
    name: str,
    origins: Sequence[str] = (),
    tables: Sequence[Table] = (),
    now: datetime | None = None,
) -> InferredPlan:
    """A plan for the records, which are those of the origins; with `tables`, for these tables.

    `now` says what has expired.
    """
    return _Drafting(
        list(islice(records, MAX_RECORDS)), name, origins, now or datetime.now(UTC)
    ).run(tables)


class _Drafting:
    def __init__(
        self, records: list[Record], name: str, origins: Sequence[str], now: datetime
    ) -> None:
        self._records = sorted(
            records, key=lambda each: (each.key, str(each.storage_key), str(each.store.path))
        )
        self._draft = PlanDraft(name, tuple(sorted(origins)))
        self._numbers = {id(record): number for number, record in enumerate(self._records)}
        self._profiles: dict[object, int] = {}
        for record in self._records:
            profile = (record.store.profile.path, record.storage_key)
            self._profiles.setdefault(profile, len(self._profiles))
        beside = {
            (record.store.path, record.storage_key, record.key): record.value
            for record in self._records
        }
        self._finder = ChainFinder(Companions(now, beside))
        self._taken_keys: set[str] = set()
        """Keys whose records some entity takes from, or that are left aside."""
        self._secret_names: set[str] = set()
        """Members that hold secrets in records which are not left aside."""
        self._ignored: dict[str, set[str]] = {}
        self._lapsed: dict[tuple[str, ...], set[str]] = {}
        """By chain, keys whose values are data no more; in another browser they may be."""

    def run(self, tables: Sequence[Table]) -> InferredPlan:
        draft = self._draft
        groups, indexes = group_keys(self._records, _MAX_GROUPS)
        for index in indexes:
            self._ignore("index", (index.key,))
            draft.guess(
                "ignore.index",
                Message("{key} lists the keys of other records.", key=index.key),
                Confidence.SURE,
                {"entries": index.entries},
            )
        read = [each for group in groups for each in self._decoded(group)]
        left = [each for each in read if not self._is_aside(each)]
        singles = self._add_common([each for each in left if not self._add_places(each)])
        self._add_singles(singles)
        fields = self._draft_columns()
        link_entities(draft, fields)
        if tables:
            fit_tables(draft, fields, tables)
        counted = tuple(
            DraftedEntity(each.name, each.table, len(each.items), tuple(each.columns))
            for each in draft.entities
            if each.name != _CATCH_ALL
        )
        self._add_catch_all(tables)
        self._add_ignores()
        text = write_toml(draft)
        plan = parse_plan(text.encode(), Path("plan.toml"))
        left_records = sum(record.key not in self._taken_keys for record in self._records)
        return InferredPlan(
            text, plan, tuple(draft.guesses), counted, len(self._records), left_records
        )

    # ---- values ----------------------------------------------------------------------------------

    def _decoded(self, group: KeyGroup) -> Iterator[GroupValues]:
        """The group's values by the chains that decode them; what none does is left out."""
        chains: list[GroupValues] = []
        tried = 0
        for record in group.records:
            for known in chains:
                value = self._finder.decode(record, known.chain)
                if value is not None and (known.chain or tried >= _MAX_TRIED):
                    break
            else:
                if tried >= _MAX_TRIED:
                    continue
                tried += 1
                chain = self._finder.find(record)
                value = self._finder.decode(record, chain)
                if value is None:
                    value = Raw(b"")
                known = next(
                    (each for each in chains if each.chain == chain), GroupValues(group, chain)
                )
                if known not in chains:
                    if len(chains) >= _MAX_CHAINS:
                        continue
                    chains.append(known)
            if isinstance(value, SetAside):
                self._set_aside(record, value, known)
            else:
                known.values.append((record, value))
        yield from (each for each in chains if each.values)

    def _set_aside(self, record: Record, why: SetAside, values: GroupValues) -> None:
        chain = values.chain
        if why in (SetAside.EXPIRED, SetAside.TOMBSTONE):
            keys = values.group.patterns if values.group.is_open else (record.key,)
            self._lapsed.setdefault(chain, set()).update(keys)
            self._taken_keys.add(record.key)
            place = f"entities.{_CATCH_ALL}.sources"
        else:
            self._ignore(why.value, (record.key,))
            place = f"ignore.{why.value}"
        self._draft.guess(
            place,
            Message(
                "{key}: {library} says that it is not data, or no more.",
                key=record.key,
                library=chain[-1],
            ),
            Confidence.SURE,
        )

    def _is_aside(self, values: GroupValues) -> bool:
        """Whether they are secrets or caches as a whole."""
        records = [record for record, _ in values.values]
        secret = sum(
            is_secret_record(record.key, record.value, value or None)
            for record, value in values.values[:MAX_SEARCHED]
        )
        sample = values.values[:MAX_SEARCHED]
        if secret * 2 > len(sample):
            self._leave_aside("secret", values, len(records))
            return True
        if any(word in values.group.label.lower() for word in _CACHE_WORDS) and all(
            (as_object(value) or {}).keys() & _EXPIRY_NAMES for _, value in sample
        ):
            self._leave_aside("cache", values, len(records))
            return True
        if any(is_key_list(value) for _, value in sample):
            self._leave_aside("metadata", values, len(records))
            return True
        # Rules name members of objects only.
        is_hidden = bool(values.chain) and DecodeChain(values.chain).inside is None
        read = [value for _, value in sample if value]
        names = {name for value in read for name in secret_members(value)}
        plain = [self._finder.decode(record, ()) for record, _ in sample]
        names |= {
            name for value in plain if isinstance(value, Raw) for name in secret_members(value)
        }
        if ("" in names or (names and is_hidden)) and not any(map(has_data_beside, read)):
            self._leave_aside("secret", values, len(records))
            return True
        texts = [(record, each) for (record, _), each in zip(sample, plain, strict=True)]
        self._secret_names |= names - {""} - self._names_cut([*sample, *texts])
        return False

    def _names_cut(self, sample: Sequence[tuple[Record, Raw | SetAside | None]]) -> set[str]:
        """The members that a run cuts out of what the entity for everything else takes."""
        before: set[str] = set()
        after: set[str] = set()
        for record, value in sample:
            if isinstance(value, Raw) and value:
                left = cut_logins(Raw(value), record.key).value
                before |= secret_members(value)
                after |= set() if left is None else secret_members(left)
        return before - after

    def _leave_aside(self, kind_: str, values: GroupValues, records: int) -> None:
        self._ignore(kind_, values.group.patterns)
        self._draft.guess(
            f"ignore.{kind_}",
            plural(
                "{key} looks like a {kind}: one record.",
                "{key} looks like a {kind}: {count} records.",
                count=records,
                key=values.group.patterns[0],
                kind=kind_,
            ),
            Confidence.LIKELY,
            {"records": records},
        )
        self._taken_keys.update(record.key for record, _ in values.values)

    def _ignore(self, kind_: str, keys: Iterable[str]) -> None:
        self._ignored.setdefault(kind_, set()).update(keys)
        self._taken_keys.update(keys)

    # ---- entities --------------------------------------------------------------------------------

    def _add_places(self, values: GroupValues) -> bool:
        """Entities for the places in the values where items lie; False if there are none."""
        places: dict[Place, int] = {}
        data_names = bool(values.chain) and values.chain[-1] in _ROWS_WITHIN
        for _, value in values.values[:MAX_SEARCHED]:
            if not value:
                continue
            try:
                for place in find_places(value, names_are_data=data_names):
                    places[place] = places.get(place, 0) + 1
            except ItemRejected:
                continue
        found = False
        for place in places:
            items = list(self._items(values, place))
            if not items:
                continue
            source = SourceDraft(values.group.patterns, "", values.chain, place.items, place.shape)
            self._add_entity(self._label(values.group, place), source, items, values)
            found = True
        return found

    def _items(self, values: GroupValues, place: Place) -> Iterator[SeenItem]:
        for record, value in values.values:
            try:
                read = read_place(value, place) if value else None
            except ItemRejected:
                continue
            for name, raw in read or ():
                yield self._seen(record, name, raw)

    def _seen(self, record: Record, name: str, raw: Raw) -> SeenItem:
        profile = self._profiles[record.store.profile.path, record.storage_key]
        return SeenItem(raw, name, self._numbers[id(record)], record.key, profile)

    def _label(self, group: KeyGroup, place: Place) -> str:
        words = [name for name in place.path if name.lower() not in _GENERIC]
        return words[-1] if words else group.label

    def _add_entity(
        self, label: str, source: SourceDraft, items: list[SeenItem], values: GroupValues
    ) -> None:
        draft = self._draft
        name = entity_name(label, "items")
        other = draft.entity(name)
        same_keys = other is not None and other.sources[0].keys == source.keys
        if (
            other
            and other.sources[0].shape == source.shape
            and (same_keys or can_join(other.items, items))
        ):
            other.items += items
            other.sources.append(source)
        elif len(draft.entities) >= _MAX_ENTITIES:
            return
        else:
            if other or name == _CATCH_ALL:
                name = entity_name(f"{values.group.label} {label}", "items")
            name = unused(name, {each.name for each in draft.entities} | {_CATCH_ALL})
            draft.entities.append(EntityDraft(name, [source], items, label=label, table=name))
        self._taken_keys.update(record.key for record, _ in values.values)
        if source.decode:
            draft.guess(
                f"entities.{name if draft.entity(name) else label}.sources",
                Message("Decoded by {decoders}.", decoders=", then ".join(source.decode)),
                Confidence.SURE,
                {"records": len(values.values)},
            )

    def _add_common(self, singles: list[GroupValues]) -> list[GroupValues]:
        """Keys with one beginning whose values are alike; what is left of the others."""
        by_key = {each.group.label: each for each in singles if not each.group.is_open}
        for group in common_beginnings([each.group for each in singles]):
            keys = {record.key for record in group.records}
            members = [by_key[key] for key in sorted(keys) if key in by_key]
            chains = {each.chain for each in members}
            if len(members) != len(keys) or len(chains) != 1:
                continue
            if any(key.startswith(group.patterns[0][:-1]) for key in self._taken_keys):
                continue
            together = [pair for each in members for pair in each.values]
            kinds = {value_kind(value) for _, value in together}
            chain = chains.pop()
            objects = [as_object(value) or {} for _, value in together if value]
            if kinds <= {"text", "number", "boolean", "null", "no-json"}:
                chain = (ANY,)
            elif kinds != {"object"} or not are_alike(objects):
                continue
            start = len(group.patterns[0]) - 1
            items = [
                self._seen(record, record.key[start:], value or json_string(record.value))
                for record, value in together
            ]
            source = SourceDraft(group.patterns, "", chain, "@", "single")
            self._add_entity(group.label, source, items, GroupValues(group, (), together))
            singles = [each for each in singles if each not in members]
        return singles

    def _add_singles(self, singles: list[GroupValues]) -> None:
        """An entity for each key, or pattern of keys, that holds one object of settings."""
        fit = [each for each in singles if is_settings(each)]
        named = [
            each
            for each in fit
            if each.group.is_open
            or set(entity_name(each.group.label, "").split("_")) & _SINGLE_WORDS
        ]
        for each in fit if len(fit) <= _MAX_SINGLES else named:
            start = each.group.patterns[0].find("*")
            items = [
                self._seen(record, record.key[max(start, 0) :], value)
                for record, value in each.values
            ]
            source = SourceDraft(each.group.patterns, "", each.chain, "@", "single")
            self._add_entity(each.group.label, source, items, each)

    def _draft_columns(self) -> dict[str, dict[str, FieldSeen]]:
        """Fills all entities and adds those within them."""
        draft = self._draft
        fields: dict[str, dict[str, FieldSeen]] = {}
        for entity in draft.entities:  # which grow meanwhile by those within them
            # A source that takes whatever is JSON must not take what another knows better.
            entity.sources.sort(key=lambda each: (-len(each.decode), each.shape == "single"))
            self._tell_entity(entity)
            fields[entity.name] = draft_columns(draft, entity)
            draft.entities += nested_entities(draft, entity, _MAX_ENTITIES - len(draft.entities))
        return fields

    def _tell_entity(self, entity: EntityDraft) -> None:
        records = len({item.record for item in entity.items})
        self._draft.guess(
            f"entities.{entity.name}",
            Message("What lies under {name}.", name=entity.label),
            Confidence.LIKELY,
            {"items": len(entity.items), "records": records},
        )

    # ---- the rest --------------------------------------------------------------------------------

    def _add_catch_all(self, tables: Sequence[Table]) -> None:
        """The entity for everything else, unless there are tables and none for it."""
        draft = self._draft
        table, key, value = catch_all_table(draft, tables) or (_CATCH_ALL, "key", "value")
        if tables and not catch_all_table(draft, tables):
            draft.guess(
                "plan",
                Message("No table takes what no entity does: it stays in the browser."),
                Confidence.DOUBTFUL,
                {"records": sum(record.key not in self._taken_keys for record in self._records)},
            )
            return
        entity = EntityDraft(
            _CATCH_ALL,
            [*self._lapsed_sources(), SourceDraft(("*",), "", (ANY,), "@", "single")],
            [],
            table=table,
            id=IdDraft(from_=("$key",)),
        )
        entity.sensitive = {f"**.{name}": "redact" for name in sorted(self._secret_names)}
        entity.columns = {
            "user_id": ColumnDraft(("$user",), "text"),
            key: ColumnDraft(("$key",), "text", {"required": True}),
            value: ColumnDraft(("@",), "jsonb"),
            "encoding": ColumnDraft(("$encoding",), "varchar(10)"),
        }
        draft.entities.append(entity)
        draft.guess(
            f"entities.{_CATCH_ALL}",
            Message("Everything that no other entity takes, and what they leave of their records."),
            Confidence.SURE,
            {"records": sum(record.key not in self._taken_keys for record in self._records)},
        )

    def _lapsed_sources(self) -> Iterator[SourceDraft]:
        """What tells of keys that no other entity takes whether they have expired."""
        taken = {
            key for entity in self._draft.entities for each in entity.sources for key in each.keys
        }
        for chain, keys in sorted(self._lapsed.items()):
            if left := tuple(sorted(keys - taken)):
                yield SourceDraft(left, "", (*chain, ANY), "@", "single")

    def _add_ignores(self) -> None:
        for kind_, keys in sorted(self._ignored.items()):
            self._draft.ignore.append(IgnoreDraft(kind_, tuple(sorted(keys))))
        self._draft.ignore.append(IgnoreDraft("secret", holds="login"))
