"""`config show|set|edit`: the settings, so that nothing is said twice."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import SettingsUnusable, UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.workspace.edit_settings import change_setting, write_settings
from desktop_migrator.migration.workspace.settings import (
    OPTIONS,
    Settings,
    load_settings,
    parse_settings,
    read_settings_text,
    variables,
)
from desktop_migrator.migration.workspace.workspace import settings_file

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("The settings: what need not be said each time."),
)


@group.command("show", help=N_("Show what is set, where, and in which file."))
def show(
    ctx: typer.Context,
    schema: Annotated[
        bool, typer.Option("--schema", help=N_("Print the file's JSON Schema instead."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    if schema:
        session.emit_json(**msgspec.json.schema(Settings))
        return
    path = settings_file(session.data_dir)
    in_file = _flat(msgspec.to_builtins(load_settings(path)), msgspec.to_builtins(Settings()))
    from_environment = {
        option: name
        for option in OPTIONS
        for name in variables(option)[::-1]
        if os.environ.get(name)
    }
    if session.json:
        session.emit_result(file=str(path), settings=in_file, environment=from_environment)
        return
    table = Table()
    for header in (session.tr("Setting"), session.tr("Value"), session.tr("From")):
        table.add_column(header)
    for key in sorted({*in_file, *from_environment}):
        variable = from_environment.get(key)
        said = in_file.get(key)
        value = ", ".join(said) if isinstance(said, tuple | list) else said
        if variable:
            value = session.tr("(as the variable has it)")
        table.add_row(cell(key), cell(value), cell(variable or path.name))
    if table.row_count:
        session.stdout.print(table)
    session.print_text(session.tr("The file is {path}", path=str(path)))


def _flat(said: dict[str, Any], unsaid: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """What differs from nothing said, tables' keys with dots."""
    found: dict[str, Any] = {}
    for key, value in said.items():
        if isinstance(value, dict):
            found |= _flat(value, unsaid.get(key) or {}, f"{prefix}{key}.")
        elif value != unsaid.get(key):
            found[prefix + key] = value
    return found


@group.command("set", help=N_("Set a value; without one the setting is taken out."))
def set_(
    ctx: typer.Context,
    key: Annotated[
        str,
        typer.Argument(
            metavar=N_("KEY"),
            help=N_("An option's name without hyphens before it, or e.g. backups.folder."),
        ),
    ],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar=N_("VALUE…"), help=N_("Several where the option is repeatable.")),
    ] = None,
) -> None:
    session: Session = ctx.obj
    path = settings_file(session.data_dir)
    change_setting(path, key, values or [])
    if session.json:
        session.emit_result(file=str(path), key=key, value=values)
    else:
        session.print_text(session.tr("The settings are saved in {path}", path=str(path)))


@group.command("edit", help=N_("Open the settings in an editor: VISUAL, EDITOR or the system's."))
def edit(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    path = settings_file(session.data_dir)
    with tempfile.TemporaryDirectory(prefix="dm-settings-") as folder:
        draft = Path(folder) / path.name
        draft.write_text(read_settings_text(path), encoding="utf-8")
        _open_editor(draft)
        text = draft.read_text(encoding="utf-8")
    try:
        parse_settings(text, path)
    except SettingsUnusable as error:
        kept = path.with_suffix(".rejected.toml")
        write_settings(kept, text)
        raise SettingsUnusable(path=kept, reason=error.facts["reason"]) from None
    write_settings(path, text)
    if session.json:
        session.emit_result(file=str(path))
    else:
        session.print_text(session.tr("The settings are saved in {path}", path=str(path)))


def _open_editor(file: Path) -> None:
    usual = "notepad" if os.name == "nt" else "vi"
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or usual
    try:
        words = shlex.split(editor, posix=os.name != "nt")
        done = subprocess.run([*words, str(file)], check=False)
    except (OSError, ValueError):
        raise UsageError(
            reason=Message("The editor {editor} cannot be started.", editor=editor)
        ) from None
    if done.returncode:
        raise UsageError(reason=Message("The editor {editor} failed.", editor=editor))
