"""`kit make|open`: what a support desk gives its users, and whose it is."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import resolve_database
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.desk.kits import (
    Kit,
    SignatureStatus,
    make_kit,
    open_kit,
    signing_key,
    trust_desk,
)
from desktop_migrator.system.resources import resource

group = typer.Typer(add_completion=False, no_args_is_help=True)

_SIGNATURES = {
    SignatureStatus.KNOWN: "Signed by a desk that you have accepted before.",
    SignatureStatus.NEW: "Signed by a desk not met before. Compare the fingerprint with it by "
    "phone, then: desktop-migrator kit open --accept",
    SignatureStatus.OTHER_KEY: "WARNING: signed with another key than this desk had before. Call "
    "it on a number that you know, and compare the fingerprint.",
    SignatureStatus.UNSIGNED: "WARNING: nobody signed this kit. It may come from anybody.",
}


@group.callback()
def _group() -> None:
    """Make and open kits: plan, destination and the desk's key in one signed file."""


@group.command("make", help="Make a kit for users; --plan says which plan goes in.")
def make(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The .dmkit file to write.")],
    owner: Annotated[str, typer.Option(help="Whose kit it is, as users know you.")],
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database,
            help="Where data goes: a URL or a saved connection's name. A password never goes in.",
        ),
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The desk's key (`keys list`) that captures are sealed for."
        ),
    ] = None,
    contact: Annotated[str, typer.Option(help="How users reach you.")] = "",
    message: Annotated[str, typer.Option(help="What the wizard shows them first.")] = "",
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Do not sign it: users will be warned.")
    ] = False,
) -> None:
    session: Session = ctx.obj
    plan = session.plan or resource("plans", "default.toml")
    try:
        plan_text = plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(reason=f"{plan} cannot be read as a plan.") from None
    public = desk_keys.find_key_pair(session.workspace, recipient).public_key if recipient else None
    key = None if unsigned else signing_key(session.workspace)
    make_kit(
        out,
        owner=owner,
        plan_text=plan_text,
        database=database,
        recipient=public,
        contact=contact,
        message=message,
        key=key,
    )
    fingerprint = key and key.verify_key.fingerprint
    if session.json:
        session.emit_json(path=str(out), owner=owner, fingerprint=fingerprint)
        return
    session.print_text(f"The kit is in {out}.")
    if fingerprint:
        session.print_text(f"Your fingerprint, for users to compare by phone: {fingerprint}")


@group.command("open", help="Say whose kit it is and what it holds; nothing of it is used.")
def open_(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The .dmkit file.")],
    known: Annotated[
        bool, typer.Option("--accept", help="Know this desk by its key from now on.")
    ] = False,
    save_plan: Annotated[
        Path | None, typer.Option(help="Write its plan here, to be used with --plan.")
    ] = None,
) -> None:
    session: Session = ctx.obj
    kit = open_kit(path, session.workspace)
    if known:
        trust_desk(kit, session.workspace)
        kit = open_kit(path, session.workspace)
    if save_plan:
        try:
            save_plan.write_text(kit.plan_text, encoding="utf-8")
        except OSError as error:
            raise UsageError(reason=f"{save_plan} cannot be written: {error.strerror}.") from None
    if session.json:
        session.emit_json(
            owner=kit.owner,
            contact=kit.contact,
            message=kit.message,
            database=kit.database,
            recipient=kit.recipient and kit.recipient.id,
            plan=kit.plan.name,
            made=kit.made,
            signature=kit.signature,
            fingerprint=kit.fingerprint,
        )
    else:
        _print_kit(session, kit)


def _print_kit(session: Session, kit: Kit) -> None:
    session.print_text(_SIGNATURES[kit.signature])
    facts = {
        "Fingerprint": kit.fingerprint,
        "Kit of": kit.owner,
        "Contact": kit.contact,
        "Data goes to": kit.database or "where you say",
        "Captures are sealed for": kit.recipient and kit.recipient.id,
        "Plan": kit.plan.name,
        "Made": f"{kit.made:%Y-%m-%d %H:%M} UTC",
        "Message": kit.message,
    }
    for name, fact in facts.items():
        if fact:
            session.print_text(f"{name}: {fact}")
