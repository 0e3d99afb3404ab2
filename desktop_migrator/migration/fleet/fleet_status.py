"""What the target's bookkeeping says of all people: who is done, partly, stuck, captured, missing.

Each person is what their last migrations come to: of the same capture, or the same web sites from
the same computer, the last one counts, and none that was taken back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.database.open_database import open_database, resolve_user_id
from desktop_migrator.migration.database.people import PeopleList
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.captures import (
    UnlockKey,
    find_capture_files,
    open_capture,
)
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Counts, Outcome
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.fleet import (
    RejectionGroup,
    captures_by_run,
    open_rejection_groups,
)
from desktop_migrator.postgres.bookkeeping.runs import Run, all_runs, undone_by
from desktop_migrator.postgres.bookkeeping.schema_upgrade import schema_version
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.run_lock.leases import STALE_SECONDS, find_leases
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter


class PersonState(StrEnum):
    """In the order in which they are told."""

    DONE = "done"
    """All has gone in."""
    PARTLY = "partly"
    """But for items that wait as rejected."""
    WORKING = "working"
    """A run is at work."""
    STUCK = "stuck"
    """The last run did not come to its end, or undid itself."""
    TAKEN_BACK = "taken_back"
    """What was done was undone."""
    CAPTURED = "captured"
    """There is a capture that was not uploaded yet."""
    MISSING = "missing"
    """On the list, and nothing is known."""


STATES = {
    PersonState.DONE: N_("done"),
    PersonState.PARTLY: N_("partly"),
    PersonState.WORKING: N_("at work"),
    PersonState.STUCK: N_("stuck"),
    PersonState.TAKEN_BACK: N_("taken back"),
    PersonState.CAPTURED: N_("captured"),
    PersonState.MISSING: N_("missing"),
}
"""What people are told for them."""


@dataclass(slots=True)
class FleetPerson:
    user_id: str
    """As the database has it; an e-mail address where nothing more is known."""
    state: PersonState
    last: datetime | None = None
    """When the last run began."""
    done: datetime | None = None
    """When the last one that completed ended."""
    host: str = ""
    runs: int = 0
    captures: int = 0
    new: int = 0
    replaced: int = 0
    kept: int = 0
    superseded: int = 0
    rejected: int = 0
    """Those that still wait."""
    problem: str = ""
    """How the last run ended, where it did not complete."""
    waiting_runs: list[str] = field(default_factory=list)
    """The completed runs whose rejections wait; what did not complete is to be run again."""


@dataclass(frozen=True, slots=True)
class RejectionReason:
    """Rejections of all people that one change would cure."""

    entity: str
    code: str
    place: str
    reason: str
    """Of one of them."""
    remedy: str
    items: int
    people: int


@dataclass(frozen=True, slots=True)
class Fleet:
    people: tuple[FleetPerson, ...]
    """By state, then by id."""
    reasons: tuple[RejectionReason, ...]
    """Those of the most items first."""

    @property
    def by_state(self) -> dict[PersonState, int]:
        counted = Counter(person.state for person in self.people)
        return {state: counted[state] for state in PersonState if counted[state]}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRequest:
    plan: Plan
    database: str
    people: PeopleList | None = None
    """Everybody who is to come."""
    captures: tuple[Path, ...] = ()
    """Files and folders of what has come in."""
    unlock_key: UnlockKey = field(default_factory=UnlockKey)


def fleet_status(request: FleetRequest, workspace: Workspace, reporter: Reporter) -> Fleet:
    """Raises what keeps from reaching the database, and UsageError."""
    with (
        open_database(request.database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        people, reasons, entered = _read_bookkeeping(connection)
        by_email: dict[str, str] = {}

        def known_as(person: Person) -> str:
            """The id; the address where the database knows none."""
            said = person.user_id or by_email.get(person.email or "")
            if said is None:
                said = _resolved(connection, request.plan, person, reporter)
                by_email[person.email or ""] = said
            return said

        waiting = _waiting_captures(request, entered, reporter)
        for person in waiting:
            _add(people, known_as(person), PersonState.CAPTURED)
        for each in request.people.people if request.people else ():
            _add(people, known_as(each.person), PersonState.MISSING)
    order = list(PersonState)
    ordered = sorted(people.values(), key=lambda each: (order.index(each.state), each.user_id))
    return Fleet(tuple(ordered), reasons)


def _add(people: dict[str, FleetPerson], user_id: str, state: PersonState) -> None:
    """Of whom nothing was done yet."""
    known = people.get(user_id)
    if known is None:
        people[user_id] = FleetPerson(user_id, state)
    elif state is PersonState.CAPTURED and known.state is PersonState.TAKEN_BACK:
        known.state = state


def _resolved(
    connection: sqlalchemy.Connection, plan: Plan, person: Person, reporter: Reporter
) -> str:
    try:
        with connection.begin_nested():
            return resolve_user_id(connection, plan, person, reporter)
    except MigratorError:
        return person.email or ""


def _waiting_captures(request: FleetRequest, entered: set[str], reporter: Reporter) -> list[Person]:
    """Whose captures lie there and stand in no run."""
    found = []
    for path in find_capture_files(request.captures):
        try:
            manifest = open_capture(path, request.unlock_key, reporter).manifest
            person = request.people.find(path, manifest) if request.people else None
        except MigratorError as error:
            text = Message("{path}: {error}", path=str(path), error=error.message)
            reporter.warned(text)
            continue
        if manifest.id not in entered:
            said = Person(manifest.user_id or None, manifest.email or None)
            who = person or said
            nobody = Person(email=f"{manifest.login or '?'}@{manifest.host}")
            found.append(who if who != Person() else nobody)
    return found


def _read_bookkeeping(
    connection: sqlalchemy.Connection,
) -> tuple[dict[str, FleetPerson], tuple[RejectionReason, ...], set[str]]:
    """The people, why items of theirs wait, and the ids of the captures that were brought in."""
    if not schema_version(connection).is_current:  # nobody has been here with this version
        return {}, (), set()
    captures = captures_by_run(connection)
    by_person: dict[str, list[Run]] = {}
    for run in all_runs(connection):
        by_person.setdefault(run.user_id, []).append(run)
    leases = find_leases(adapters.cursor(connection).connection)
    working = {lease.run for lease in leases if lease.held or lease.silent <= STALE_SECONDS}
    people: dict[str, FleetPerson] = {}
    waiting_of: dict[str, str] = {}
    entered: set[str] = set()
    completed: set[str] = set()
    for user_id, theirs in by_person.items():
        person, counting = _person(user_id, theirs, captures, {str(run) for run in working})
        people[user_id] = person
        waiting_of |= {run.id: user_id for run in counting}
        completed |= {run.id for run in counting if run.outcome is Outcome.COMPLETED}
        entered |= {each for run in counting for each in captures.get(run.id, ())}
    groups = open_rejection_groups(connection, waiting_of)
    for group in groups:
        person = people[waiting_of[group.run]]
        person.rejected += group.items
        if group.run in completed and group.run not in person.waiting_runs:
            person.waiting_runs.append(group.run)
        if person.state is PersonState.DONE:
            person.state = PersonState.PARTLY
    return people, _reasons(groups, waiting_of), entered


def _person(
    user_id: str,
    newest_first: Sequence[Run],
    captures: Mapping[str, Sequence[str]],
    working: set[str],
) -> tuple[FleetPerson, list[Run]]:
    """The person, and those of their migrations that count."""
    undone = undone_by(newest_first)
    migrations = [run for run in newest_first if run.undoes is None and run.mends is None]
    # One that failed and took itself back was not taken back by anybody.
    lasting = [
        run for run in migrations if run.id not in undone or run.outcome is Outcome.ROLLED_BACK
    ]
    counting: dict[object, Run] = {}
    for run in lasting:
        held = captures.get(run.id)
        same = frozenset(held) if held else (run.host, run.plan, frozenset(run.origins))
        counting.setdefault(same, run)
    person = FleetPerson(user_id, _state(lasting, list(counting.values()), working))
    latest = migrations[0] if migrations else newest_first[0]
    person.last, person.host = latest.started, latest.host
    person.runs = len(migrations)
    person.captures = len({each for run in lasting for each in captures.get(run.id, ())})
    done = [run.finished for run in lasting if run.outcome is Outcome.COMPLETED and run.finished]
    person.done = max(done, default=None)
    if person.state is PersonState.STUCK:
        broken = next(run for run in counting.values() if run.outcome is not Outcome.COMPLETED)
        person.problem = broken.outcome or "cut_off"
    for run in lasting:
        totals = Counts()
        for counts in run.counts.values():
            if isinstance(counts, Counts):
                totals += counts
        person.new += totals.inserted
        person.replaced += totals.updated
        if run in counting.values():
            person.kept += totals.skipped
            person.superseded += totals.superseded
    return person, list(counting.values())


def _state(lasting: Sequence[Run], counting: Sequence[Run], working: set[str]) -> PersonState:
    if any(run.id in working for run in counting if run.finished is None):
        return PersonState.WORKING
    if not lasting:
        return PersonState.TAKEN_BACK
    if any(run.outcome is not Outcome.COMPLETED for run in counting):
        return PersonState.STUCK
    return PersonState.DONE


def _reasons(
    groups: Iterable[RejectionGroup], waiting_of: Mapping[str, str]
) -> tuple[RejectionReason, ...]:
    together: dict[tuple[str, ...], list[RejectionGroup]] = {}
    for group in groups:
        remedy = re.sub(r"\d+", "0", group.remedy)
        together.setdefault((group.entity, group.code, group.place, remedy), []).append(group)
    found = [
        RejectionReason(
            *(first.entity, first.code, first.place, first.reason, first.remedy),
            items=sum(each.items for each in alike),
            people=len({waiting_of[each.run] for each in alike}),
        )
        for alike in together.values()
        for first in alike[:1]
    ]
    return tuple(sorted(found, key=lambda each: (-each.items, each.entity, each.code)))
