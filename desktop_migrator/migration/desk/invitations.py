"""Personal kits: a login for one person's rows, made, sealed in a kit, listed and ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import (
    open_database,
    prepare_entities,
    require_user_row,
    resolve_user_id,
)
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.desk.kit_login import KitLogin, new_code
from desktop_migrator.migration.desk.kits import make_kit, shareable_address
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import parse_plan
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.bookkeeping.audit import AuditEvent
from desktop_migrator.postgres.bookkeeping.kits import KitEntry, list_kits
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.grants import run_grant_script
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.schema.personal_logins import (
    PersonalLogin,
    build_login_script,
    build_revocation,
    drop_revoked_logins,
    scram_verifier,
)
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.keys import PublicKey
from desktop_migrator.vault.signatures import SigningKey

__all__ = ["MAX_DAYS", "Invitation", "KitEntry", "Kitting", "all_kits", "invite", "revoke"]

MAX_DAYS = 366
_SHOWN_VERIFIER = "SCRAM-SHA-256$…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kitting:
    """What goes into the kit, beside the login."""

    path: Path
    owner: str
    plan_text: str
    recipients: Sequence[PublicKey] = ()
    contact: str = ""
    message: str = ""
    key: SigningKey | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    role: str
    user_id: str
    expires: datetime
    statements: tuple[str, ...]
    """SQL without semicolons; the password's place is taken by dots where it was not run."""
    missing: tuple[str, ...]
    """Tables that are not there, so that the login reaches them not."""
    code: str | None
    """What opens the kit, to be said and forgotten; None where nothing was run."""


def invite(
    kitting: Kitting,
    database: str,
    person: str,
    days: int,
    *,
    apply: bool,
    workspace: Workspace,
    reporter: Reporter,
) -> Invitation:
    """The SQL of a login for the person (an id, or an e-mail address that the plan looks up); with
    `apply` it was run, all of it or nothing, and the kit written. The person's earlier kits end.

    Raises UsageError, PlanError, PlanDoesNotFit, TableMissing, UserNotFound, BadKit and what
    `open_database` does.
    """
    if database == BUILTIN:
        raise UsageError(reason=Message("The built-in database lets nobody in from elsewhere."))
    plan = parse_plan(kitting.plan_text.encode(), kitting.path)
    shareable_address(database)
    who = Person(email=person) if plan.user and "@" in person else Person(person)
    role = f"desktop_migrator_kit_{secrets.token_hex(6)}"
    expires = (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)
    password = secrets.token_urlsafe(32)
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
    ):
        with connection.begin() as transaction:
            bookkeeping.upgrade(connection)
            user_id = resolve_user_id(connection, plan, who, reporter)
            there = introspect(connection, {each.table for each in plan.entities.values()})
            names = [name for name, each in plan.entities.items() if each.table in there]
            missing = tuple(
                dict.fromkeys(
                    each.table for each in plan.entities.values() if each.table not in there
                )
            )
            entities = prepare_entities(connection, plan, names, create=False, user_id=user_id)
            require_user_row(connection, entities, user_id)
            ending = build_revocation(connection, user_id)
            verifier = scram_verifier(connection, role, password) if apply else _SHOWN_VERIFIER
            login = PersonalLogin(role, user_id, person, plan.name, expires)
            script = build_login_script(connection, login, entities, verifier)
            statements = (*ending.statements, *script.statements)
            if not apply:
                transaction.rollback()
                return Invitation(role, user_id, expires, statements, missing, None)
            run_grant_script(connection, ending)
            run_grant_script(connection, script)
            code = new_code()
            _write_kit(kitting, database, role, KitLogin(user_id, person, expires, password), code)
            trail = AuditTrail(workspace.catalog)
            entry = trail.record_in_database(
                connection, AuditEvent(action="invite", user_id=user_id)
            )
        trail.append_local(entry)
        if ending.statements:
            with connection.begin():
                drop_revoked_logins(connection)
    return Invitation(role, user_id, expires, statements, missing, code)


def revoke(
    database: str, person: str, *, apply: bool, workspace: Workspace, reporter: Reporter
) -> tuple[str, ...]:
    """The SQL that ends the person's kits; with `apply` it was run: sessions that are open reach
    nothing from then on, and end. Empty where no kit of theirs is left to end."""
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
    ):
        entries = []
        trail = AuditTrail(workspace.catalog)
        with connection.begin():
            known = list_kits(connection, person)
            statements: list[str] = []
            for user_id in dict.fromkeys(kit.user_id for kit in known):
                script = build_revocation(connection, user_id)
                statements += script.statements
                if apply and script.statements:
                    run_grant_script(connection, script)
                    event = AuditEvent(action="revoke", user_id=user_id)
                    entries.append(trail.record_in_database(connection, event))
        for entry in entries:
            trail.append_local(entry)
        if apply and known:
            with connection.begin():
                drop_revoked_logins(connection)
    return tuple(statements)


def all_kits(database: str, workspace: Workspace, reporter: Reporter) -> list[KitEntry]:
    """Every personal kit that was made for this database, the oldest first."""
    with (
        open_database(database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        return list_kits(connection)


def _write_kit(kitting: Kitting, database: str, role: str, login: KitLogin, code: str) -> None:
    address = Address(database)
    address.parameters["user"] = role
    address.parameters.pop("password", None)
    make_kit(
        kitting.path,
        owner=kitting.owner,
        plan_text=kitting.plan_text,
        database=str(address),
        recipients=kitting.recipients,
        contact=kitting.contact,
        message=kitting.message,
        key=kitting.key,
        login=login,
        code=code,
    )
