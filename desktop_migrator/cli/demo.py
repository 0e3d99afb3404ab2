"""`demo`: the main job on sample profiles, into a database of its own."""

import typer

from desktop_migrator.cli.cancel import cancelling
from desktop_migrator.cli.result import exit_code, finished_event, print_result
from desktop_migrator.cli.scan import print_scan
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.migration.demo import USER_ID, run_demo, unpack_profiles
from desktop_migrator.migration.scan import scan
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.postgres.embedded import BuiltinPostgres


def command(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    workspace = Workspace.open(session.workspace.demo)
    profiles = unpack_profiles(workspace)
    if not session.json:
        session.say("Sample profiles, made by real browsers:")
        print_scan(session, scan(sorted(profiles.iterdir()), workspace.snapshots))
    with session.reporter() as reporter, cancelling(reporter):
        result = run_demo(profiles, workspace, reporter)
    if session.json:
        session.emit(**finished_event(result))
    else:
        print_result(session.out, result)
        _print_what_lies_where(session, workspace, result)
    if result.error:
        raise result.error
    # The samples hold an item that must be rejected; here that is no failure.
    raise typer.Exit(ExitCode.DONE if result.verified else exit_code(result))


def _print_what_lies_where(session: Session, workspace: Workspace, result: RunResult) -> None:
    program = f"desktop-migrator --data-dir {workspace.root}"
    repeat = f"{program} migrate --source {workspace.root / 'profiles' / 'firefox'}"
    options = f"--database builtin --user-id {USER_ID} --continue-on-error"
    lines = [
        "",
        "What lies where",
        f"  sample profiles   {workspace.root / 'profiles'}",
        f"  the database      {BuiltinPostgres(workspace.postgres).folder}",
        f"  logs              {workspace.logs}",
        "",
        "Try next",
        f"  the same again, which inserts nothing:  {repeat} {options}",
        f"  what the browsers on this computer hold:  {program} scan",
    ]
    for line in lines:
        session.out.print(line, markup=False, highlight=False, soft_wrap=True)
