"""Which rejected items can go in after all: as they are now, or with their JSON cured."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from desktop_migrator.browsers.formats.storage_key import parse_chromium, parse_firefox
from desktop_migrator.migration.maintenance.previous_run import Subject
from desktop_migrator.model import (
    ConflictPolicy,
    Item,
    Profile,
    Record,
    StorageKey,
    Store,
    StoreFormat,
    TargetEntity,
)
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.repair_json import cure, cut_off, differing
from desktop_migrator.plan.sensitive import Guard
from desktop_migrator.postgres.bookkeeping.quarantine import Open, open_items
from desktop_migrator.postgres.bookkeeping.runs import Quarantined, Run, start_run
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.types.text_escape import unescape
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True, slots=True)
class Cure:
    opens: tuple[Open, ...]
    items: tuple[Item, ...]
    """What they become."""
    problem: str
    remedy: str
    changes: tuple[tuple[str, str], ...] = ()


def find_cures(
    connection: Connection,
    subject: Subject,
    run: Run,
    entities: Sequence[TargetEntity],
    hopeless: Counter[str],
) -> list[Cure]:
    """The cures for what waits in the quarantine; `hopeless` counts the rest by reason.

    Tries them in the caller's transaction, which must be rolled back.
    """
    trial = _Trial(connection, subject, run, entities)
    passing: list[tuple[Open, list[Item]]] = []
    cures: list[Cure] = []
    for each in open_items(connection, run):
        rejection = each.rejection
        cured = None
        text = trial.opened(rejection)
        items = trial.items(rejection, text)
        if items:
            passing.append((each, items))
        elif (cured := cure(text)) and (items := trial.items(rejection, cured)):
            cures.append(_with_text(each, text, cured, items))
        else:
            hopeless[rejection.code] += 1
    if passing:
        items = [item for _, those in passing for item in those]
        cures.insert(
            0,
            Cure(
                tuple(each for each, _ in passing),
                tuple(items),
                f"{len(passing):,} were rejected then and can go now: plan or table have changed.",
                f"Load them: {len(items):,} items.",
            ),
        )
    return cures


def _with_text(each: Open, text: str, cured: str, items: list[Item]) -> Cure:
    rejection = each.rejection
    shown = text == rejection.raw  # what was sealed is nobody's to see
    end = " Its end is missing: the last item may lack something." if cut_off(text) else ""
    return Cure(
        (each,),
        tuple(items),
        f"The JSON of {rejection.entity} in the record {rejection.key} of {rejection.storage_key} "
        f"is damaged ({rejection.code}).{end}",
        f"Put its punctuation right and load {len(items):,} items.",
        (differing(text, cured),) if shown else (),
    )


class _Trial:
    """What would become of texts, by the plan and by the database."""

    def __init__(
        self, connection: Connection, subject: Subject, run: Run, entities: Sequence[TargetEntity]
    ) -> None:
        self._connection = connection
        self._plan = subject.plan
        self._key = subject.field_key
        self._run = run
        self._entities = entities

    def opened(self, rejection: Quarantined) -> str:
        """The rejection's text, in clear where it was sealed for its sensitive fields."""
        rules = self._plan.entities[rejection.entity].rules
        if not rules:
            return rejection.raw
        return Guard(rejection.entity, rules, self._run.user_id, self._key).opened(rejection.raw)

    def items(self, rejection: Quarantined, text: str) -> list[Item]:
        """All that the text gives; empty if any of it is refused, by plan or database."""
        record = _record(rejection, text)
        origin = record.storage_key.origin
        extractor = Extractor(self._plan, self._entities, self._run.user_id, [origin], self._key)
        outcomes = extractor.again(record, rejection.entity, unescape(rejection.position))
        items = [each for each in outcomes if isinstance(each, Item)]
        whole = len(items) == len(outcomes) and not extractor.duplicates
        return items if whole and self._loads(items) else []

    def _loads(self, items: list[Item]) -> bool:
        savepoint = self._connection.begin_nested()
        try:
            run = start_run(
                self._connection,
                user_id=self._run.user_id,
                plan=self._plan.name,
                plan_digest=b"",
                policy=ConflictPolicy.SKIP,
            )
            loader = Loader(
                self._connection,
                self._entities,
                run=run,
                user_id=self._run.user_id,
                policy=ConflictPolicy.SKIP,
                reporter=NullReporter(),
                dry_run=True,
            )
            counts = loader.load(items)
            return not any(each.rejected for each in counts.values())
        finally:
            savepoint.rollback()


def _record(rejection: Quarantined, text: str) -> Record:
    """The record that a rejection came from, with another value; what nobody asks for is left."""
    store = Path(unescape(rejection.store))
    profile = Profile(
        rejection.browser, rejection.browser, unescape(rejection.profile), store.parent
    )
    return Record(
        Store(profile, StoreFormat.CHROMIUM_LEVELDB, store, size=0),
        _storage_key(unescape(rejection.storage_key)),
        unescape(rejection.key),
        text,
    )


def _storage_key(text: str) -> StorageKey:
    try:
        return parse_chromium(text)
    except ValueError:
        return parse_firefox(text)
