"""`clear`: the browser's old data goes, after a backup that was read back."""

from typing import Annotated

import typer

from desktop_migrator.cli.options import Origin, PassphraseStdin, Source
from desktop_migrator.cli.session import Session, cancel_on_signal, read_passphrase
from desktop_migrator.migration.backups.clear import ClearJob, clear
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Do it; without it you are asked.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="All that the web site keeps, not only what the plan takes."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Also what is not known to be migrated and verified."),
    ] = False,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    session: Session = ctx.obj
    job = ClearJob(
        plan=load_plan(session.plan),
        origins=tuple(origin or ()),
        sources=tuple(source or ()),
        all_records=everything,
        force=force,
        confirmed=confirm,
        passphrase=read_passphrase(passphrase_stdin),
    )
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        cleared = clear(job, session.workspace, reporter)
    if session.json:
        session.emit_json(
            event="finished",
            outcome="completed",
            backup=cleared.backup,
            cleared=cleared.records,
            left=cleared.remaining,
            profiles=[str(profile.path) for profile in cleared.profiles],
        )
        return
    for profile in cleared.profiles:
        session.print_text(
            f"Cleared: {profile.browser_name}, profile {profile.name} ({profile.path})"
        )
    session.print_text(
        f"{cleared.records:,} records are gone from the browser, {cleared.remaining:,} of the same "
        f"web sites stay. To have them again: desktop-migrator backup restore {cleared.backup} "
        "--to browser"
    )
