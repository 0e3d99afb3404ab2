"""`clear`: the browser's old data goes, after a backup that was read back."""

from typing import Annotated

import typer

from desktop_migrator.cli.options import Origin, Source
from desktop_migrator.cli.output import escape_unprintable
from desktop_migrator.cli.passphrases import GivenPassphrase, to_key
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.messages import N_, plural
from desktop_migrator.migration.backups.clear import HELD_REASONS, ClearJob, clear
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help=N_("Do it; without it you are asked."))
    ] = False,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help=N_("All that the web site keeps, not only what the plan takes.")
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help=N_("Also what is not known to be migrated and verified.")),
    ] = False,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    job = ClearJob(
        plan=load_plan(session.plan) if session.plan else None,
        origins=tuple(origin or ()),
        sources=tuple(source or ()),
        all_records=everything,
        force=force,
        confirmed=confirm,
        passphrase=to_key(passphrase),
    )
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        cleared = clear(job, session.workspace, reporter)
    if session.json:
        session.emit_result(
            outcome="completed",
            backup=cleared.backup,
            cleared=cleared.records,
            left=cleared.remaining,
            spared=[
                {
                    "profile": str(each.profile.path),
                    "origin": each.origin,
                    "key": each.key,
                    "because": each.reason,
                }
                for each in cleared.spared
            ],
            profiles=[str(profile.path) for profile in cleared.profiles],
        )
        return
    for profile in cleared.profiles:
        session.print_text(
            tr(
                "Cleared: {browser}, profile {profile} ({path})",
                browser=profile.browser_name,
                profile=profile.name,
                path=str(profile.path),
            )
        )
    for spared in cleared.spared:
        session.print_text(
            tr(
                "Stays: {key} ({browser}, profile {profile}): {reason}",
                key=escape_unprintable(spared.key),
                browser=spared.profile.browser_name,
                profile=spared.profile.name,
                reason=tr(HELD_REASONS[spared.reason]),
            )
        )
    session.print_text(
        tr(
            plural(
                "{count:,} record is gone from the browser, {remaining:,} of the same web sites"
                " stay. To have it again: {command}",
                "{count:,} records are gone from the browser, {remaining:,} of the same web sites"
                " stay. To have them again: {command}",
                count=cleared.records,
                remaining=cleared.remaining,
                command=f"desktop-migrator backup restore {cleared.backup} --to browser",
            )
        )
    )
