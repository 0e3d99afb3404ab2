"""The facts of one run that its report tells: no value from user data, no secret.

They are written to the workspace when the run ends (`reports/<run>.json`, its owner's alone), so
that a report can be drawn later without the database or the browser.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import msgspec

from desktop_migrator import __version__
from desktop_migrator.errors import MigratorError, RunNotFound
from desktop_migrator.messages import Message
from desktop_migrator.messages.stored import MessageData, from_builtins, to_builtins
from desktop_migrator.model import (
    AsideItem,
    Counts,
    NotTaken,
    Outcome,
    RunResult,
    Superseded,
    damage_message,
)
from desktop_migrator.system.files import private_folder, write_private

_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAX_LOCATION_LENGTH = 80
_MAX_LOCATIONS = 5
_MAX_REPORT_BYTES = 4 << 20


class EntityFacts(msgspec.Struct, frozen=True):
    """What became of one kind of item."""

    name: str
    items: int
    inserted: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    superseded: int = 0
    labels: dict[str, str] = {}
    """What people call it, by language."""

    def label(self, language: str) -> str:
        return self.labels.get(language) or self.labels.get("en") or self.name


class RejectionGroup(msgspec.Struct, frozen=True):
    """Rejections, or superseded items, of one kind with one reason."""

    entity: str
    code: str
    reason: str
    remedy: str
    count: int
    places: tuple[str, ...]
    """Where they lie in the browser: the record's key and the place in it; the first few."""
    reason_data: MessageData | None = None
    remedy_data: MessageData | None = None

    @property
    def reason_message(self) -> Message:
        return _message(self.reason, self.reason_data)

    @property
    def remedy_message(self) -> Message:
        return _message(self.remedy, self.remedy_data)


class DamageFacts(msgspec.Struct, frozen=True):
    store: str
    what: str
    lost_records: int | None
    what_data: MessageData | None = None

    @property
    def message(self) -> Message:
        """The whole of it, with the store and how much was lost."""
        return damage_message(self.store, _message(self.what, self.what_data), self.lost_records)


class ErrorFacts(msgspec.Struct, frozen=True):
    code: str
    text: str
    hint: str
    text_data: MessageData | None = None
    hint_data: MessageData | None = None

    @property
    def message(self) -> Message:
        return _message(self.text, self.text_data)

    @property
    def hint_message(self) -> Message:
        return _message(self.hint, self.hint_data)


class RunFacts(msgspec.Struct, frozen=True):
    run: str
    outcome: Outcome
    started: datetime
    seconds: float
    user_id: str
    database: str
    """Without a password."""
    plan: str
    origins: tuple[str, ...]
    tool_version: str
    records: int
    entities: tuple[EntityFacts, ...]
    left_aside: dict[str, int]
    damages: tuple[DamageFacts, ...]
    verified: bool
    backup: str | None
    conflicts: int
    rejections: tuple[RejectionGroup, ...]
    listed_rejections: int
    """How many of the rejections the groups tell of; the run's bookkeeping has all."""
    error: ErrorFacts | None
    superseded: tuple[RejectionGroup, ...] = ()
    """The first items of which another version counts."""
    not_taken: NotTaken = NotTaken()
    peak_memory_mb: float | None = None
    """None in reports of former versions."""
    average_item_size: float = 0.0
    """Characters."""

    @property
    def items(self) -> int:
        return self.total("items")

    @property
    def most(self) -> int:
        """The items of the kind that has the most, and 1 at least."""
        return max((entity.items for entity in self.entities), default=0) or 1

    def label(self, entity: str, language: str) -> str:
        """What people call a kind of item; its name where it is none of the run's."""
        known = {each.name: each for each in self.entities}
        return known[entity].label(language) if entity in known else entity

    def total(self, column: str) -> int:
        """The sum over all kinds of items of one of the columns of `EntityFacts`."""
        return sum(int(getattr(entity, column)) for entity in self.entities)


def collect_facts(
    result: RunResult,
    *,
    user_id: str,
    database: str,
    plan: str,
    origins: Sequence[str],
    labels: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> RunFacts:
    """The facts of a run that has just ended; `labels` are what people call kinds of items, by
    language and name."""
    now = datetime.now(UTC)
    return RunFacts(
        run=result.run or "",
        outcome=result.outcome,
        started=now - timedelta(seconds=result.seconds),
        seconds=result.seconds,
        user_id=user_id,
        database=database,
        plan=plan,
        origins=tuple(origins),
        tool_version=__version__,
        records=result.counts.records,
        entities=tuple(
            _entity(
                name, counts, {code: words[name] for code, words in labels.items() if name in words}
            )
            for name, counts in result.by_entity.items()
        ),
        left_aside=dict(result.skipped_records),
        damages=tuple(
            DamageFacts(
                str(damage.store.path),
                str(damage.description),
                damage.lost_records,
                to_builtins(damage.description),
            )
            for damage in result.damages
        ),
        verified=result.verified,
        backup=result.backup,
        conflicts=result.counts.conflicts,
        rejections=_group_aside(result.rejections),
        listed_rejections=len(result.rejections),
        error=_error(result.error),
        superseded=_group_aside(result.superseded),
        not_taken=result.not_taken,
        peak_memory_mb=result.peak_memory_mb,
        average_item_size=result.average_item_size,
    )


def save_report(folder: Path, facts: RunFacts) -> None:
    """Raises OSError."""
    write_private(private_folder(folder) / f"{facts.run}.json", msgspec.json.encode(facts))


def load_report(folder: Path, run: str) -> RunFacts:
    """Raises RunNotFound where there is no such report on this computer or it is broken."""
    path = folder / f"{run}.json"
    if not _RUN.fullmatch(run) or not path.is_file():
        raise RunNotFound(reason=Message("This computer keeps no report of a run {run}.", run=run))
    if path.stat().st_size > _MAX_REPORT_BYTES:
        raise RunNotFound(reason=Message("The report of run {run} is damaged.", run=run))
    try:
        facts = msgspec.json.decode(path.read_bytes(), type=RunFacts)
        list(_messages(facts))
    except (msgspec.DecodeError, ValueError):
        raise RunNotFound(reason=Message("The report of run {run} is damaged.", run=run)) from None
    return facts


def _messages(facts: RunFacts) -> Iterator[Message]:
    """All that it says. Raises ValueError for what is no message."""
    for group in (*facts.rejections, *facts.superseded):
        yield from (group.reason_message, group.remedy_message)
    yield from (damage.message for damage in facts.damages)
    if facts.error:
        yield from (facts.error.message, facts.error.hint_message)


def _error(error: MigratorError | None) -> ErrorFacts | None:
    if error is None:
        return None
    return ErrorFacts(
        error.code,
        str(error),
        error.hint,
        to_builtins(error.message),
        to_builtins(error.hint_message),
    )


def _entity(name: str, counts: Counts, labels: dict[str, str]) -> EntityFacts:
    told = {"name", "labels"}
    columns = (column for column in EntityFacts.__struct_fields__ if column not in told)
    numbers = {column: int(getattr(counts, column)) for column in columns}
    return EntityFacts(name=name, labels=labels, **numbers)


def _group_aside(items: Sequence[AsideItem]) -> tuple[RejectionGroup, ...]:
    alike: dict[tuple[str, str, Message, Message], list[AsideItem]] = {}
    for each in items:
        kind = each.entity, each.code, each.reason, each.remedy
        alike.setdefault(kind, []).append(each)
    return tuple(
        RejectionGroup(
            entity,
            code,
            str(reason),
            str(remedy),
            len(those),
            tuple(map(_location, those[:_MAX_LOCATIONS])),
            to_builtins(reason),
            to_builtins(remedy),
        )
        for (entity, code, reason, remedy), those in sorted(
            alike.items(), key=lambda group: -len(group[1])
        )
    )


def _message(text: str, data: MessageData | None) -> Message:
    """What was said, for any language; reports of earlier versions have the English text alone."""
    return Message(text) if data is None else from_builtins(data)


def _location(item: AsideItem) -> str:
    source = item.source
    place = f"{source.key}[{source.position}]" if source.position else source.key
    if isinstance(item, Superseded):  # the same place in another profile has the one that counts
        profile = source.store.profile
        place = f"{profile.browser_name}, {profile.name}: {place}"
    text = place.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return text if len(text) <= _MAX_LOCATION_LENGTH else f"{text[:_MAX_LOCATION_LENGTH]}…"
