"""`repair`: mend what is amiss with a run, each mend shown before it is done."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.options import (
    Database,
    FieldKeyFile,
    Origin,
    PassphraseStdin,
    Run,
    Source,
    UserEmail,
    UserId,
)
from desktop_migrator.cli.session import Session, passphrase_text
from desktop_migrator.errors import ExitCode
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.maintenance.previous_run import Subject
from desktop_migrator.migration.maintenance.repair import repair
from desktop_migrator.migration.maintenance.repair_run import Mend, Mended
from desktop_migrator.migration.run.field_keys import known_field_key
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Question, Reporter


def command(
    ctx: typer.Context,
    database: Database,
    user_id: UserId = None,
    user_email: UserEmail = None,
    source: Source = None,
    origin: Origin = None,
    run: Run = None,
    field_key: FieldKeyFile = None,
    passphrase_stdin: PassphraseStdin = False,
    auto_fix: Annotated[
        bool,
        typer.Option("--auto-fix", help="Do it; asks before each on a terminal, unless --yes."),
    ] = False,
) -> None:
    session: Session = ctx.obj
    given = passphrase_text(passphrase_stdin)
    plan = load_plan(session.plan)
    subject = Subject(
        plan=plan,
        database=database,
        person=Person(user_id, user_email),
        run=run,
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
        field_key=known_field_key(plan, field_key, session.workspace),
    )
    with session.reporter() as reporter:

        def decide(mend: Mend) -> bool:
            if not session.json:
                _show(session, mend)
            return auto_fix and mend.possible and _agreed(session, reporter)

        mended = repair(subject, session.workspace, reporter, decide, given)
    ok = all(each.done for each in mended)
    if session.json:
        mends = [asdict(each.mend) | {"done": each.done, "run": each.run} for each in mended]
        session.emit(ok=ok, mends=mends)
    else:
        _print_end(session, mended)
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)


def _agreed(session: Session, reporter: Reporter) -> bool:
    if not session.interactive:
        return True
    return reporter.ask(Question("Do this?", ("yes", "no"))) == "yes"


def _show(session: Session, mend: Mend) -> None:
    session.say(f"{mend.name}: {mend.problem}")
    session.say(f"      {mend.remedy}")
    for before, after in mend.changes:
        session.say(f"      before: {before}")
        session.say(f"      after:  {after}")


def _print_end(session: Session, mended: list[Mended]) -> None:
    for each in mended:
        if each.run:
            session.say(
                f"Done: {each.mend.name}, by run {each.run}; "
                f"`desktop-migrator rollback --run {each.run}` takes it back."
            )
        elif each.done:
            session.say(f"Done: {each.mend.name}.")
    left = [each.mend for each in mended if not each.done]
    waiting = sum(mend.possible for mend in left)
    if not mended:
        session.say("There is nothing to mend.")
    elif left:
        done = f", {waiting} of them can be mended with --auto-fix" if waiting else ""
        session.say(f"Problems left: {len(left)}{done}.")
