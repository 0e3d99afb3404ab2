"""`demo`: the main job on sample profiles, into a database of its own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.result import exit_code, finished_event, print_result
from desktop_migrator.cli.scan import print_scan
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_
from desktop_migrator.migration.demo import (
    USER_ID,
    database_folder,
    key_file,
    row_counts,
    run_demo,
    unpack_home,
)
from desktop_migrator.migration.sources.scan import scan
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.workspace import Workspace


def command(
    ctx: typer.Context,
    gui: Annotated[bool, typer.Option("--gui", help=N_("In the wizard's window."))] = False,
) -> None:
    session: Session = ctx.obj
    if gui:
        opening = WizardOptions(
            data_dir=session.data_dir, plan=session.plan, language=session.language, demo=True
        )
        raise typer.Exit(session.open_wizard(opening))
    workspace = Workspace.open(session.workspace.demo)
    home = unpack_home(workspace)
    if not session.json:
        session.print_text(
            session.tr("Maria has used an app in four browsers. This is what they hold:")
        )
        print_scan(session, scan((home,), workspace.snapshots, session.make_warning_reporter()))
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        result = run_demo(home, workspace, reporter)
    if session.json:
        session.emit_json(**finished_event(result))
    else:
        print_result(session, result)
        _print_locations(session, workspace, home, row_counts(workspace, reporter))
    if result.error:
        raise result.error
    # The samples hold an item that must be rejected; here that is no failure.
    raise typer.Exit(ExitCode.DONE if result.verified else exit_code(result))


def _print_locations(
    session: Session, workspace: Workspace, home: Path, rows: dict[str, int]
) -> None:
    program = sys.argv[0] if Path(sys.argv[0]).stem == "desktop-migrator" else "desktop-migrator"
    options = f"--source {home} --database builtin --user-id {USER_ID} --continue-on-error"
    options += f" --field-key {key_file(workspace)}"
    tr = session.tr
    tables = ", ".join(f"{name} {tr.number(count)}" for name, count in rows.items())
    places = {
        tr("Maria's browsers"): str(home),
        tr("the database"): str(database_folder(workspace)),
        tr("its tables"): tables,
        tr("logs"): str(workspace.logs),
        tr("sensitive fields"): tr(
            "encrypted, with a key that is no secret: everybody has the demo's"
        ),
    }
    width = max(map(len, places)) + 3
    lines = [
        "",
        tr("What lies where"),
        *(f"  {name:{width}}{place}" for name, place in places.items()),
        "",
        tr("Try next"),
        tr("  the same again, which adds nothing:"),
        f"    {program} --data-dir {workspace.root} migrate {options}",
        tr("  what the browsers on this computer hold:"),
        f"    {program} scan",
    ]
    for line in lines:
        session.stdout.print(line, markup=False, highlight=False, soft_wrap=True)
