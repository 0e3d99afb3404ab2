"""`kit make|open|invite|revoke|list`: what a support desk gives its users, and whose it is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.options import resolve_database
from desktop_migrator.cli.output import cannot_be_written
from desktop_migrator.cli.passphrases import GivenPassphrase
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.desk.invitations import (
    MAX_DAYS,
    Kitting,
    all_kits,
    invite,
    revoke,
)
from desktop_migrator.migration.desk.kit_login import KitLogin
from desktop_migrator.migration.desk.kits import (
    Kit,
    SignatureStatus,
    make_kit,
    open_kit,
    signing_key,
    trust_desk,
)
from desktop_migrator.postgres.bookkeeping.kits import KitState
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.system.files import write_public
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.keys import PublicKey

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_(
        "Make and open kits: plan, destination and the desk's key in one signed file; invite"
        " people with a login of their own."
    ),
)

_SIGNATURES = {
    SignatureStatus.KNOWN: N_("Signed by a desk that you have accepted before."),
    SignatureStatus.NEW: N_(
        "Signed by a desk not met before. Compare the fingerprint with it by "
        "phone, then: desktop-migrator kit open --accept"
    ),
    SignatureStatus.OTHER_KEY: N_(
        "WARNING: signed with another key than this desk had before. Call "
        "it on a number that you know, and compare the fingerprint."
    ),
    SignatureStatus.RENAMED: N_(
        "Signed by a desk that you know by another name. Ask it by phone whether that is its name "
        "now, then: desktop-migrator kit open --accept"
    ),
    SignatureStatus.UNSIGNED: N_("WARNING: nobody signed this kit. It may come from anybody."),
}


Out = Annotated[Path, typer.Argument(metavar=N_("FILE"), help=N_("The .dmkit file to write."))]
Owner = Annotated[str, typer.Option(help=N_("Whose kit it is, as users know you."))]
Contact = Annotated[str, typer.Option(help=N_("How users reach you."))]
FirstMessage = Annotated[str, typer.Option(help=N_("What the wizard shows them first."))]
Recipients = Annotated[
    list[str] | None,
    typer.Option(
        metavar=N_("NAME"),
        help=N_(
            "The desk's key (`keys list`) that captures are sealed for; repeatable, for several"
            " that each open them."
        ),
    ),
]
Unsigned = Annotated[
    bool, typer.Option("--unsigned", help=N_("Do not sign it: users will be warned."))
]


@group.command("make", help=N_("Make a kit for users; --plan says which plan goes in."))
def make(
    ctx: typer.Context,
    out: Out,
    owner: Owner,
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database,
            help=N_(
                "Where data goes: a URL or a saved connection's name. A password never goes in."
            ),
        ),
    ] = None,
    recipient: Recipients = None,
    contact: Contact = "",
    message: FirstMessage = "",
    updates: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=N_("Where you announce newer versions (`update announce`): an https address."),
        ),
    ] = None,
    unsigned: Unsigned = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    plan_text = _read_plan(session)
    public = _public_keys(session, recipient)
    key = None if unsigned else signing_key(session.workspace)
    make_kit(
        out,
        owner=owner,
        plan_text=plan_text,
        database=database,
        recipients=public,
        contact=contact,
        message=message,
        updates=updates,
        key=key,
    )
    fingerprint = key and key.verify_key.fingerprint
    if session.json:
        session.emit_result(path=str(out), owner=owner, fingerprint=fingerprint)
        return
    session.print_text(tr("The kit is in {path}.", path=str(out)))
    if fingerprint:
        session.print_text(
            tr(
                "Your fingerprint, for users to compare by phone: {fingerprint}",
                fingerprint=fingerprint,
            )
        )


@group.command("open", help=N_("Say whose kit it is and what it holds; nothing of it is used."))
def open_(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar=N_("FILE"), help=N_("The .dmkit file."))],
    known: Annotated[
        bool, typer.Option("--accept", help=N_("Know this desk by its key from now on."))
    ] = False,
    save_plan: Annotated[
        Path | None, typer.Option(help=N_("Write its plan here, to be used with --plan."))
    ] = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    kit = open_kit(path, session.workspace)
    login = kit.login.open(passphrase) if kit.login and passphrase else None
    if known:
        trust_desk(kit, session.workspace)
        kit = open_kit(path, session.workspace)
    if save_plan:
        try:
            write_public(save_plan, kit.plan_text.encode())
        except OSError as error:
            raise UsageError(reason=cannot_be_written(save_plan, error)) from None
    if session.json:
        session.emit_result(
            owner=kit.owner,
            contact=kit.contact,
            message=kit.message,
            database=kit.database,
            known_as=kit.known_as,
            recipient=kit.recipients[0].id if kit.recipients else None,
            recipients=[key.id for key in kit.recipients],
            plan=kit.plan.name,
            made=kit.made,
            signature=kit.signature,
            fingerprint=kit.fingerprint,
            updates=kit.updates and kit.updates.address,
            personal=kit.login is not None,
            user_id=login and login.user_id,
            expires=login and login.expires,
        )
    else:
        _print_kit(session, kit, login)


@group.command(
    "invite",
    help=N_(
        "Make a kit for one person, with a login that expires and reaches their rows alone; a"
        " code opens it. Without --yes the SQL is printed and nothing is done."
    ),
)
def invite_(
    ctx: typer.Context,
    out: Out,
    person: Annotated[
        str,
        typer.Option(
            "--for",
            metavar=N_("PERSON"),
            help=N_("Who it is: an id in the app, or an e-mail address that the plan looks up."),
        ),
    ],
    owner: Owner,
    database: Database = FROM_CONTEXT,
    days: Annotated[
        int, typer.Option(min=1, max=MAX_DAYS, help=N_("How long the login lets them in."))
    ] = 14,
    recipient: Recipients = None,
    contact: Contact = "",
    message: FirstMessage = "",
    unsigned: Annotated[
        bool,
        typer.Option(
            "--unsigned", help=N_("Do not sign it: its code alone says that it is yours.")
        ),
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr, yes = session.tr, session.assume_yes
    kitting = Kitting(
        path=out,
        owner=owner,
        plan_text=_read_plan(session),
        recipients=_public_keys(session, recipient),
        contact=contact,
        message=message,
        key=signing_key(session.workspace) if yes and not unsigned else None,
    )
    with session.make_reporter() as reporter:
        made = invite(
            kitting,
            database,
            person,
            days,
            apply=yes,
            workspace=session.workspace,
            reporter=reporter,
        )
    if session.json:
        session.emit_result(
            applied=yes,
            path=str(out) if yes else None,
            role=made.role,
            user_id=made.user_id,
            expires=made.expires,
            statements=made.statements,
            missing=made.missing,
            code=made.code,
        )
        return
    if made.code is None:
        _print_sql(session, made.statements)
    else:
        session.print_text(tr("The kit is in {path}.", path=str(out)))
        session.print_text(
            tr(
                "It lets {person} in until {time:%Y-%m-%d %H:%M} UTC, as user {user_id}.",
                person=person,
                user_id=made.user_id,
                time=made.expires,
            )
        )
        session.print_text(
            tr(
                "Its code, to be said by phone and kept nowhere: {code}",
                code=made.code,
            )
        )
    for name in made.missing:
        note = tr("There is no table {name}: make it, then run this again.", name=name)
        session.stderr.print(note, markup=False, highlight=False, soft_wrap=True)


@group.command(
    "revoke",
    help=N_("End a person's kits at once. Without --yes the SQL is printed and nothing is done."),
)
def revoke_(
    ctx: typer.Context,
    person: Annotated[
        str, typer.Argument(metavar=N_("PERSON"), help=N_("As they were invited, or their id."))
    ],
    database: Database = FROM_CONTEXT,
) -> None:
    session: Session = ctx.obj
    tr, yes = session.tr, session.assume_yes
    with session.make_reporter() as reporter:
        statements = revoke(
            database, person, apply=yes, workspace=session.workspace, reporter=reporter
        )
    if session.json:
        session.emit_result(applied=yes, statements=statements)
    elif not statements:
        session.print_text(tr("{person} has no kit that could be ended.", person=person))
    elif yes:
        session.print_text(tr("The kits of {person} reach nothing any more.", person=person))
    else:
        _print_sql(session, statements)


@group.command("list", help=N_("Who was invited, until when, and who has migrated since."))
def list_(ctx: typer.Context, database: Database = FROM_CONTEXT) -> None:
    session: Session = ctx.obj
    tr = session.tr
    with session.make_reporter() as reporter:
        kits = all_kits(database, session.workspace, reporter)
    if session.json:
        session.emit_result(
            kits=[
                {
                    "person": kit.person,
                    "user_id": kit.user_id,
                    "plan": kit.plan,
                    "role": kit.role,
                    "state": kit.state,
                    "invited": kit.invited,
                    "expires": kit.expires,
                    "revoked": kit.revoked,
                    "last_run": kit.last_run,
                }
                for kit in kits
            ]
        )
        return
    if not kits:
        session.print_text(tr("Nobody was invited."))
    for kit in kits:
        words = {
            KitState.VALID: tr("until {time:%Y-%m-%d %H:%M} UTC", time=kit.expires),
            KitState.EXPIRED: tr("ended {time:%Y-%m-%d %H:%M} UTC", time=kit.expires),
            KitState.REVOKED: tr(
                "revoked {time:%Y-%m-%d %H:%M} UTC", time=kit.revoked or kit.expires
            ),
        }[kit.state]
        migrated = (
            tr("migrated {time:%Y-%m-%d %H:%M} UTC", time=kit.last_run)
            if kit.last_run
            else tr("not migrated since")
        )
        session.print_text(f"{kit.person}: {words}, {migrated} ({kit.role})")


def _read_plan(session: Session) -> str:
    plan = session.plan or resource("plans", "default.toml")
    try:
        return plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            reason=Message("{path} cannot be read as a plan.", path=str(plan))
        ) from None


def _public_keys(session: Session, names: list[str] | None) -> list[PublicKey]:
    return [desk_keys.find_key_pair(session.workspace, name).public_key for name in names or ()]


def _print_sql(session: Session, statements: Iterable[str]) -> None:
    for statement in statements:
        session.stdout.print(f"{statement};", markup=False, highlight=False, soft_wrap=True)


def _print_kit(session: Session, kit: Kit, login: KitLogin | None) -> None:
    tr = session.tr
    if login:
        session.print_text(tr("The code fits: the kit is by whoever told it to you."))
    else:
        session.print_text(tr(_SIGNATURES[kit.signature]))
    facts = {
        tr("Fingerprint"): kit.fingerprint,
        tr("Kit of"): kit.owner,
        tr("You know"): kit.known_as if kit.known_as != kit.owner else None,
        tr("Contact"): kit.contact,
        tr("Data goes to"): kit.database or tr("where you say"),
        tr("How"): tr(Address(kit.database).protection) if kit.database else None,
        tr("Captures are sealed for"): ", ".join(key.id for key in kit.recipients),
        tr("Plan"): kit.plan.name,
        tr("Made"): tr("{time:%Y-%m-%d %H:%M} UTC", time=kit.made),
        tr("Newer versions are announced at"): kit.updates and kit.updates.address,
        tr("Message"): kit.message,
        tr("For"): login and login.person,
        tr("Lets you in until"): login and tr("{time:%Y-%m-%d %H:%M} UTC", time=login.expires),
    }
    for name, fact in facts.items():
        if fact:
            session.print_text(f"{name}: {fact}")
    if kit.login and not login:
        session.print_text(
            tr("It is for one person: the code that they were told opens it (--passphrase-stdin).")
        )
