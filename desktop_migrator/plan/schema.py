"""What a plan file may say, as pydantic models; docs/plan.md explains it to those who write one.

A plan comes from somebody else and is only ever data: it names keys, fields and columns, and
holds no code and no regular expressions. Its JMESPath expressions are short and compiled here, so
that a mistake shows when the plan is loaded and not in the middle of a run.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ValidationError,
    model_validator,
)

from desktop_migrator.errors import PlanError
from desktop_migrator.messages import Message
from desktop_migrator.plan.bounds import find_excess
from desktop_migrator.plan.schema_entity import Entity
from desktop_migrator.plan.schema_texts import (
    Name,
    OriginPattern,
    PatternText,
    PlanSection,
    SettingName,
    SettingValue,
    TableName,
    Text,
)
from desktop_migrator.plan.sensitive import (
    WithoutKey,
)
from desktop_migrator.plan.wildcards import WildcardPattern
from desktop_migrator.system.resources import resource

MAX_PLAN_BYTES = 1 << 20

_MAX_TOLD = 600
"""Characters of a place, and of what is wrong there, that are told."""


class Source(PlanSection):
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


class Lookup(PlanSection):
    """The app's own table that knows a person's id by what the person types."""

    table: TableName
    match: Name
    """The column that holds what is typed, such as an e-mail address."""
    id: Name
    """The column that holds the id."""


class User(PlanSection):
    lookup: Lookup


class TextRules(PlanSection):
    unstorable: Literal["escape", "reject"] = "escape"
    """What becomes of text with U+0000 or lone surrogates, which PostgreSQL cannot hold."""


class Sensitive(PlanSection):
    """How sensitive fields are protected; which they are, entities and columns say."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")] = "default"
    """The name of the environment's key."""
    without_key: Annotated[WithoutKey, Field(strict=False)] = WithoutKey.REJECT
    """What becomes of items with values to encrypt or hash where there is no key: they are
    rejected (`reject`), or go without these values (`leave-out`)."""


class Ignore(PlanSection):
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


class OnFailure(PlanSection):
    """What becomes of the rows of a run that fails."""

    rollback_threshold: Annotated[float, Field(ge=0, le=1)] = 0.1
    """The share of rejected items above which the run undoes itself."""
    preserve_partial_data: bool = False
    """Keep what was written all the same."""


class Plan(PlanSection):
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
    """By language, what the labels and the words after numbers are in it."""
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

    def counted(self, entity: str, count: int, language: str) -> str:
        """What stands after the number `count` of such items: `tasks`, in a language."""
        one, several = self.entities[entity].counted or (self.labels[entity],) * 2
        word = one if count == 1 else several
        return self.translations.get(language, {}).get(word, word)

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
