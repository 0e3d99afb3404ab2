"""Which rejected items can go in after all: as they are now, or with their JSON repaired."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from desktop_migrator.browsers.formats.storage_key import parse_chromium, parse_firefox
from desktop_migrator.messages import Message, plural
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
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
from desktop_migrator.plan.repair_json import diff_excerpts, is_truncated, repair_json
from desktop_migrator.plan.sensitive import FieldProtector
from desktop_migrator.postgres.bookkeeping.quarantine import OpenRejection, open_rejections
from desktop_migrator.postgres.bookkeeping.runs import QuarantinedItem, Run, start_run
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.types.text_escape import unescape_unstorable
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True, slots=True)
class Fix:
    quarantined: tuple[OpenRejection, ...]
    items: tuple[Item, ...]
    """What they become."""
    problem: Message
    remedy: Message
    changes: tuple[tuple[str, str], ...] = ()
    as_they_are: bool = False
    """Whether nothing of them is changed but what plan and table make of them."""


def find_fixes(
    connection: Connection,
    request: MaintenanceRequest,
    run: Run,
    entities: Sequence[TargetEntity],
    unfixable: Counter[str],
) -> list[Fix]:
    """The fixes for what waits in the quarantine; `unfixable` counts the rest by reason.

    Tries them in the caller's transaction, which must be rolled back.
    """
    trial = _TrialLoad(connection, request, run, entities)
    loadable: list[tuple[OpenRejection, list[Item]]] = []
    fixes: list[Fix] = []
    for each in open_rejections(connection, run):
        rejection = each.rejection
        repaired = None
        text = trial.decrypted_text(rejection)
        items = trial.loadable_items(rejection, text)
        if items:
            loadable.append((each, items))
        elif (repaired := repair_json(text)) and (
            items := trial.loadable_items(rejection, repaired)
        ):
            fixes.append(_fix_by_repaired_json(each, text, repaired, items))
        else:
            unfixable[rejection.code] += 1
    if loadable:
        items = [item for _, those in loadable for item in those]
        fixes.insert(
            0,
            Fix(
                tuple(each for each, _ in loadable),
                tuple(items),
                plural(
                    "{count:,} was rejected then and can go now: plan or table have changed.",
                    "{count:,} were rejected then and can go now: plan or table have changed.",
                    count=len(loadable),
                ),
                plural("Load it: {count:,} item.", "Load them: {count:,} items.", count=len(items)),
                as_they_are=True,
            ),
        )
    return fixes


def _fix_by_repaired_json(each: OpenRejection, text: str, repaired: str, items: list[Item]) -> Fix:
    rejection = each.rejection
    shown = text == rejection.raw  # what was sealed is nobody's to see
    problem = Message(
        "The JSON of {entity} in the record {key} of {area} is damaged ({code}).",
        entity=rejection.entity,
        key=rejection.key,
        area=str(rejection.storage_key),
        code=rejection.code,
    )
    if is_truncated(text):
        problem = Message(
            "{problem} Its end is missing: the last item may lack something.", problem=problem
        )
    return Fix(
        (each,),
        tuple(items),
        problem,
        plural(
            "Put its punctuation right and load {count:,} item.",
            "Put its punctuation right and load {count:,} items.",
            count=len(items),
        ),
        (diff_excerpts(text, repaired),) if shown else (),
    )


class _TrialLoad:
    """What would become of texts, by the plan and by the database."""

    def __init__(
        self,
        connection: Connection,
        request: MaintenanceRequest,
        run: Run,
        entities: Sequence[TargetEntity],
    ) -> None:
        self._connection = connection
        self._plan = request.plan
        self._key = request.field_key
        self._run = run
        self._entities = entities

    def decrypted_text(self, rejection: QuarantinedItem) -> str:
        """The rejection's text, in clear where it was sealed for its sensitive fields."""
        rules = self._plan.entities[rejection.entity].sensitive_rules
        if not rules:
            return rejection.raw
        return FieldProtector(rejection.entity, rules, self._run.user_id, self._key).decrypted(
            rejection.raw
        )

    def loadable_items(self, rejection: QuarantinedItem, text: str) -> list[Item]:
        """All that the text gives; empty if any of it is refused, by plan or database."""
        record = _record(rejection, text)
        origin = record.storage_key.origin
        extractor = Extractor(self._plan, self._entities, self._run.user_id, [origin], self._key)
        outcomes = extractor.extract_rejected(
            record, rejection.entity, unescape_unstorable(rejection.position)
        )
        items = [each for each in outcomes if isinstance(each, Item)]
        whole = len(items) == len(outcomes) and not extractor.accounting.duplicates
        return items if whole and self._database_accepts(items) else []

    def _database_accepts(self, items: list[Item]) -> bool:
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
                LoadOptions(
                    run=run,
                    user_id=self._run.user_id,
                    policy=ConflictPolicy.SKIP,
                    dry_run=True,
                ),
                NullReporter(),
            )
            counts = loader.load(items)
            return not any(each.rejected for each in counts.values())
        finally:
            savepoint.rollback()


def _record(rejection: QuarantinedItem, text: str) -> Record:
    """The record that a rejection came from, with another value; what nobody asks for is left."""
    store = Path(unescape_unstorable(rejection.store))
    profile = Profile(
        rejection.browser, rejection.browser, unescape_unstorable(rejection.profile), store.parent
    )
    return Record(
        Store(profile, StoreFormat.CHROMIUM_LEVELDB, store, size=0),
        _storage_key(unescape_unstorable(rejection.storage_key)),
        unescape_unstorable(rejection.key),
        text,
    )


def _storage_key(text: str) -> StorageKey:
    try:
        return parse_chromium(text)
    except ValueError:
        return parse_firefox(text)
