"""`capture`: what the browsers hold into a sealed file."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.options import Origin, Source
from desktop_migrator.cli.passphrases import GivenPassphrase, passphrase_was_named, to_key
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message, plural
from desktop_migrator.migration.desk.desk_keys import read_public_key
from desktop_migrator.migration.sealed.captures import capture
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.vault.keys import PublicKey
from desktop_migrator.vault.payload import to_builtins


def command(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help=N_("The file to write, e.g. maria.dmcapture."))],
    source: Source = None,
    origin: Origin = None,
    recipient: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("KEYFILE"),
            help=N_("The desk's public key: only who has the private one opens it."),
        ),
    ] = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    key = read_public_key(recipient) if recipient else to_key(passphrase)
    if key is None or (recipient and passphrase_was_named(ctx)):
        raise UsageError(
            reason=Message(
                "Say who can open it: either --recipient or a passphrase, e.g. by"
                " --passphrase-stdin."
            )
        )
    workspace = session.workspace
    with (
        session.make_reporter() as reporter,
        cancel_on_signal(reporter),
        open_sources(source or (), workspace.snapshots, reporter) as sources,
    ):
        manifest, sealed = capture(
            workspace,
            sources.records(),
            origins=parse_origins(origin or ()),
            out=out.absolute(),
            key=key,
            reporter=reporter,
        )
    if session.json:
        session.emit_json(
            path=str(sealed.path),
            size=sealed.size,
            sha256=sealed.sha256,
            manifest=to_builtins(manifest),
            summary=to_builtins(sealed.summary),
        )
        return
    session.print_text(
        session.tr(
            "{records} of {sites} are in {path}; it opens with {who}.",
            records=plural("{count:,} record", "{count:,} records", count=sealed.summary.records),
            sites=plural(
                "{count:,} web site", "{count:,} web sites", count=len(sealed.summary.origins)
            ),
            path=str(out),
            who=Message("key {id}", id=key.id)
            if isinstance(key, PublicKey)
            else Message("the passphrase"),
        )
    )
