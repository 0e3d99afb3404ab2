"""`scan`: what there is on this computer."""

from contextlib import nullcontext
from typing import Annotated

import typer
from rich.table import Table

from desktop_migrator.cli.options import Source
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.passphrases import GivenPassphrase, KeyFile, passphrase_of_captures
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message, Translator
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.scan import Scan, ScannedProfile, as_json, scan
from desktop_migrator.model import Profile, StorageKey

Deep = Annotated[
    bool,
    typer.Option(
        "--deep",
        help=N_(
            "Look on the whole disk, not only where programs keep their data; can take minutes."
        ),
    ),
]


def command(
    ctx: typer.Context,
    source: Source = None,
    deep: Deep = False,
    key_file: KeyFile = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    passphrase = passphrase_of_captures(session, key_file, passphrase)
    if deep and source:
        raise UsageError(reason=Message("--deep looks everywhere; leave out --source."))
    workspace = session.workspace
    unlock = UnlockKey(passphrase, workspace.credentials)
    reporter = session.make_warning_reporter()
    with cancel_on_signal(reporter), reporter if deep else nullcontext():
        scanned = scan(source or (), workspace.snapshots, reporter, unlock, whole_disk=deep)
    if session.json:
        session.emit_result(**as_json(scanned))
        return
    print_scan(session, scanned)


def print_scan(session: Session, scanned: Scan) -> None:
    tr = session.tr
    if not scanned.profiles:
        session.print_text(
            tr(
                "No browser was found on this computer. Name a folder with --source if you know"
                " where one keeps its data."
            )
        )
    for profile in scanned.profiles:
        session.stdout.print(_profile_table(profile, tr))
    for warning in scanned.warnings:
        session.print_text(tr("Note: {text}", text=tr(warning)))
    for unreadable in scanned.unreadable:
        session.print_text(
            tr(
                "Skipped {path}: {reason}",
                path=str(unreadable.path),
                reason=tr(unreadable.reason),
            )
        )


def _profile_table(scanned: ScannedProfile, tr: Translator) -> Table:
    table = Table(
        title=cell(_profile_title(scanned.profile, tr)),
        caption=cell(_profile_location(scanned, tr)),
        title_justify="left",
        caption_justify="left",
    )
    table.add_column(tr("Web site"), overflow="fold")
    table.add_column(tr("Records"), justify="right")
    table.add_column(tr("Size"), justify="right")
    table.add_column(tr("Last written"))
    table.add_column(tr("Kept in"))
    for store in scanned.stores:
        kind = str(store.store.format)
        if not store.store.is_active:
            kind = tr("{format}, left behind", format=kind)
        for area in sorted(store.areas, key=lambda area: -area.bytes):
            table.add_row(
                cell(_storage_key_label(area.storage_key, tr)),
                tr.number(area.records),
                tr("{size:,.1f} KB", size=area.bytes / 1024),
                tr("{day:%Y-%m-%d}", day=area.modified) if area.modified else "",
                kind,
            )
        for damage in store.damages:
            lost = "?"
            if damage.lost_records is not None:
                lost = tr("{count:,} lost", count=damage.lost_records)
            table.add_row(cell(tr(damage.description), "red"), lost, "", "", kind)
    if not scanned.stores:
        table.add_row(tr("no localStorage"), "", "", "", "")
    return table


def _profile_title(profile: Profile, tr: Translator) -> str:
    parts = [profile.browser_name, profile.name]
    if profile.last_used:
        parts.append(tr("last used {time:%Y-%m-%d %H:%M}", time=profile.last_used))
    if profile.running:
        parts.append(tr("running now"))
    return " · ".join(parts)


def _profile_location(scanned: ScannedProfile, tr: Translator) -> str:
    path = str(scanned.profile.path)
    if scanned.capture:
        return tr("{path}, in {capture}", path=path, capture=str(scanned.capture))
    return path


def _storage_key_label(area: StorageKey, tr: Translator) -> str:
    """The web site, and in what it was framed or kept apart."""
    if area.first_party and not area.attributes:
        return area.origin
    if area.first_party:
        return tr("{origin}, isolated by Firefox", origin=area.origin)
    if area.container and len(area.attributes) == 1:
        return tr(
            "{origin}, in container {number} of Firefox", origin=area.origin, number=area.container
        )
    if area.top_level_site and not area.attributes:
        return tr("{origin} in {site}", origin=area.origin, site=area.top_level_site)
    return str(area)
