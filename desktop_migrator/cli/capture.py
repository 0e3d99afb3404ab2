"""`capture`: what the browsers hold into a sealed file."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import Origin, Source, UserEmail, UserId
from desktop_migrator.cli.passphrases import GivenPassphrase, passphrase_was_named, to_key
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_, Message, plural
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.desk.desk_keys import read_public_key
from desktop_migrator.migration.sealed.capture_name import capture_name, unused_path
from desktop_migrator.migration.sealed.write_capture import capture
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.vault.keys import Passphrase, PublicKey
from desktop_migrator.vault.payload import to_builtins
from desktop_migrator.vault.sealed_file import SealedFile


def command(
    ctx: typer.Context,
    out: Annotated[
        Path,
        typer.Option(
            show_default=False,
            help=N_(
                "The file to write, e.g. maria.dmcapture, or a folder for one that is named by app,"
                " person and day; without it the folder where you are."
            ),
        ),
    ] = Path(),
    source: Source = None,
    origin: Origin = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    recipient: Annotated[
        list[Path] | None,
        typer.Option(
            metavar=N_("KEYFILE"),
            help=N_(
                "The desk's public key: only who has the private one opens it; repeatable, for"
                " several who each can."
            ),
        ),
    ] = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    keys: list[Passphrase | PublicKey] = [read_public_key(path) for path in recipient or ()]
    typed = None if keys else to_key(passphrase)
    if typed:
        keys.append(typed)
    elif not keys or passphrase_was_named(ctx):
        raise UsageError(
            reason=Message(
                "Say who can open it: either --recipient or a passphrase, e.g. by"
                " --passphrase-stdin."
            )
        )
    workspace, plan = session.workspace, load_plan(session.plan)
    person = Person(user_id, user_email)
    origins = parse_origins(origin or ())
    if out.is_dir():
        name = capture_name(plan, origins, person, datetime.now().astimezone().date())
        out = unused_path(out, name)
    with (
        session.make_reporter() as reporter,
        cancel_on_signal(reporter),
        open_sources(source or (), workspace.snapshots, reporter) as sources,
    ):
        manifest, sealed = capture(
            workspace,
            sources.records(),
            origins=origins,
            out=out.absolute(),
            keys=keys,
            reporter=reporter,
            person=person,
            plan=plan,
            damages=lambda: sources.damages,
        )
        too_large = any(damage.concerns(origins) for damage in sources.damages)
    if session.json:
        session.emit_result(
            path=str(sealed.path),
            size=sealed.size,
            sha256=sealed.sha256,
            manifest=to_builtins(manifest),
            summary=to_builtins(sealed.summary),
        )
    else:
        session.print_text(session.tr(_sentence(out, sealed, keys)))
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if too_large else ExitCode.DONE)


def _sentence(out: Path, sealed: SealedFile, keys: Sequence[PublicKey | Passphrase]) -> Message:
    who = [
        Message("key {id}", id=key.id) if isinstance(key, PublicKey) else Message("the passphrase")
        for key in keys
    ]
    return Message(
        "{records} of {sites} are in {path}; it opens with {who}.",
        records=plural("{count:,} record", "{count:,} records", count=sealed.summary.records),
        sites=plural(
            "{count:,} web site", "{count:,} web sites", count=len(sealed.summary.origins)
        ),
        path=str(out),
        who=reduce(lambda one, other: Message("{one} or {other}", one=one, other=other), who),
    )
