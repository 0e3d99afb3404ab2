"""`update check|announce`: whether there is a newer version, and how a desk tells its users."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator import __version__
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import UpdatesUnknown, UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk.kits import open_kit, signing_key
from desktop_migrator.migration.program.update_channel import UpdateChannel, makers_channel
from desktop_migrator.migration.program.updates import announce, check_for_update

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("Look for a newer version, when asked; announce one to users."),
)


@group.command("check", help=N_("Ask once whether there is a newer version; installs nothing."))
def check(
    ctx: typer.Context,
    kit: Annotated[
        Path | None,
        typer.Option(metavar=N_("FILE"), help=N_("A kit whose desk announces versions.")),
    ] = None,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    found = check_for_update(_kits_channel(session, kit) if kit else makers_channel())
    if session.json:
        session.emit_result(
            installed=__version__,
            version=found.version,
            newer=found.newer,
            page=found.page,
            notes=found.notes,
            made=found.made,
        )
    elif found.newer:
        session.print_text(
            tr("Version {version} is there: {page}", version=found.version, page=found.page)
        )
        if found.notes:
            session.print_text(found.notes)
    else:
        session.print_text(
            tr("{version} is the newest version; nothing to do.", version=__version__)
        )


def _kits_channel(session: Session, path: Path) -> UpdateChannel:
    kit = open_kit(path, session.workspace)
    if kit.updates is None:
        raise UpdatesUnknown
    if not kit.trustworthy:
        raise UsageError(
            reason=Message(
                "You have not accepted the kit's desk yet: desktop-migrator kit open --accept"
            )
        )
    return kit.updates


@group.command("announce", help=N_("Write a signed announcement, to be put where your kits say."))
def announce_(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar=N_("FILE"), help=N_("The file to write."))],
    version: Annotated[str, typer.Option("--release", help=N_("The version that is there now."))],
    page: Annotated[
        str, typer.Option(metavar="URL", help=N_("Where users get it: an https address."))
    ],
    notes: Annotated[str, typer.Option(help=N_("What is new, in a sentence or two."))] = "",
    days: Annotated[
        int, typer.Option(min=1, max=3650, help=N_("How long it holds; then sign anew."))
    ] = 90,
) -> None:
    session: Session = ctx.obj
    key = signing_key(session.workspace)
    announce(out, key, version=version, page=page, notes=notes, days=days)
    if session.json:
        signer = base64.b64encode(key.verify_key.raw).decode()
        session.emit_result(path=str(out), version=version, signer=signer)
    else:
        session.print_text(session.tr("The announcement is in {path}.", path=str(out)))
