"""`scan`: what there is on this computer."""

import typer
from rich.table import Table

from desktop_migrator.cli.options import PassphraseStdin, Source
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session, read_passphrase_text
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.scan import Scan, ScannedProfile, as_json, scan
from desktop_migrator.model import StorageKey


def command(
    ctx: typer.Context, source: Source = None, passphrase_stdin: PassphraseStdin = False
) -> None:
    session: Session = ctx.obj
    workspace = session.workspace
    unlock = UnlockKey(read_passphrase_text(passphrase_stdin), workspace.credentials)
    scanned = scan(source or (), workspace.snapshots, session.make_warning_reporter(), unlock)
    if session.json:
        session.emit_json(**as_json(scanned))
        return
    print_scan(session, scanned)


def print_scan(session: Session, scanned: Scan) -> None:
    if not scanned.profiles:
        session.print_text(
            "No browser was found on this computer. Name a folder with --source if you know where"
            " one keeps its data."
        )
    for profile in scanned.profiles:
        session.stdout.print(_profile_table(profile))
    for warning in scanned.warnings:
        session.print_text(f"Note: {warning}")
    for unreadable in scanned.unreadable:
        session.print_text(f"Skipped {unreadable.path}: {unreadable.reason}")


def _profile_table(scanned: ScannedProfile) -> Table:
    profile = scanned.profile
    state = " · running now" if profile.running else ""
    used = f" · last used {profile.last_used:%Y-%m-%d %H:%M}" if profile.last_used else ""
    where = f"{profile.path}, in {scanned.capture}" if scanned.capture else profile.path
    table = Table(
        title=cell(f"{profile.browser_name} · {profile.name}{used}{state}"),
        caption=cell(where),
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("Web site", overflow="fold")
    table.add_column("Records", justify="right")
    table.add_column("Size", justify="right")
    table.add_column("Last written")
    table.add_column("Kept in")
    for store in scanned.stores:
        kind = store.store.format if store.store.is_active else f"{store.store.format}, left behind"
        for area in sorted(store.areas, key=lambda area: -area.bytes):
            written = f"{area.modified:%Y-%m-%d}" if area.modified else ""
            size = f"{area.bytes / 1024:,.1f} KB"
            table.add_row(
                cell(_storage_key_label(area.storage_key)), f"{area.records:,}", size, written, kind
            )
        for damage in store.damages:
            lost = "?" if damage.lost_records is None else f"{damage.lost_records:,} lost"
            table.add_row(cell(damage.description, "red"), lost, "", "", kind)
    if not scanned.stores:
        table.add_row("no localStorage", "", "", "", "")
    return table


def _storage_key_label(area: StorageKey) -> str:
    """The web site, and in what it was framed or kept apart."""
    if area.first_party:
        return area.origin
    if area.top_level_site and not area.attributes:
        return f"{area.origin} in {area.top_level_site}"
    return str(area)
