"""`records`: every decoded record."""

import typer

from desktop_migrator.cli.options import Origin, Source
from desktop_migrator.cli.output import write_json
from desktop_migrator.cli.passphrases import GivenPassphrase, KeyFile, passphrase_of_captures
from desktop_migrator.cli.session import Session
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.model import Record
from desktop_migrator.system.times import rfc3339


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    key_file: KeyFile = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    passphrase = passphrase_of_captures(session, key_file, passphrase)
    wanted = parse_origins(origin or ())
    unlock = UnlockKey(passphrase, session.workspace.credentials)
    with open_sources(
        source or (), session.workspace.snapshots, session.make_warning_reporter(), unlock
    ) as sources:
        for record in sources.records():
            if wanted and record.storage_key.origin not in wanted:
                continue
            if session.json:
                write_json(as_json(record))
            else:
                session.stdout.print(
                    session.tr(
                        "{area}  {key}  {length:,} characters",
                        area=str(record.storage_key),
                        key=repr(record.key),
                        length=len(record.value),
                    ),
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )


def as_json(record: Record) -> dict[str, str | None]:
    store = record.store
    return {
        "browser": store.profile.browser,
        "profile": store.profile.name,
        "store": str(store.path),
        "format": store.format,
        "storage_key": str(record.storage_key),
        "origin": record.storage_key.origin,
        "top_level_site": record.storage_key.top_level_site,
        "key": record.key,
        "value": record.value,
        "modified": rfc3339(record.modified) if record.modified else None,
    }
