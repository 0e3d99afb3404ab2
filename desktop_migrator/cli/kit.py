"""`kit make|open`: what a support desk gives its users, and whose it is."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import resolve_database
from desktop_migrator.cli.output import cannot_be_written
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.desk.kits import (
    Kit,
    SignatureStatus,
    make_kit,
    open_kit,
    signing_key,
    trust_desk,
)
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.system.files import write_public
from desktop_migrator.system.resources import resource

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("Make and open kits: plan, destination and the desk's key in one signed file."),
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


@group.command("make", help=N_("Make a kit for users; --plan says which plan goes in."))
def make(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar=N_("FILE"), help=N_("The .dmkit file to write."))],
    owner: Annotated[str, typer.Option(help=N_("Whose kit it is, as users know you."))],
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database,
            help=N_(
                "Where data goes: a URL or a saved connection's name. A password never goes in."
            ),
        ),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("NAME"),
            help=N_(
                "The desk's key (`keys list`) that captures are sealed for; repeatable, for several"
                " that each open them."
            ),
        ),
    ] = None,
    contact: Annotated[str, typer.Option(help=N_("How users reach you."))] = "",
    message: Annotated[str, typer.Option(help=N_("What the wizard shows them first."))] = "",
    updates: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=N_("Where you announce newer versions (`update announce`): an https address."),
        ),
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help=N_("Do not sign it: users will be warned."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    plan = session.plan or resource("plans", "default.toml")
    try:
        plan_text = plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            reason=Message("{path} cannot be read as a plan.", path=str(plan))
        ) from None
    public = [
        desk_keys.find_key_pair(session.workspace, name).public_key for name in recipient or ()
    ]
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
) -> None:
    session: Session = ctx.obj
    kit = open_kit(path, session.workspace)
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
        )
    else:
        _print_kit(session, kit)


def _print_kit(session: Session, kit: Kit) -> None:
    tr = session.tr
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
    }
    for name, fact in facts.items():
        if fact:
            session.print_text(f"{name}: {fact}")
