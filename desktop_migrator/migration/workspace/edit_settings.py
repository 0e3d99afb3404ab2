"""Changes the settings' file and leaves everything else in it as it is written."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from msgspec import Struct, structs

from desktop_migrator.errors import SettingsUnusable, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.settings import (
    NAMES,
    TABLES,
    BackupSettings,
    LogSettings,
    Settings,
    parse_settings,
    read_settings_text,
)
from desktop_migrator.system.files import os_error_reason, private_folder, write_private


def change_setting(path: Path, key: str, values: list[str]) -> Settings:
    """Set `key` (in a table: `backups.folder`), or take it out where there are no values.

    Raises `SettingsUnusable` and `UsageError`, and then the file is as before.
    """
    text = read_settings_text(path)
    parse_settings(text, path)
    document = tomlkit.parse(text)
    table, _, name = key.rpartition(".")
    if (table or name) not in NAMES or bool(table) != ((table or name) in TABLES):
        raise UsageError(
            reason=Message(
                "There is no setting {key}. There are: {names}.", key=key, names=", ".join(NAMES)
            )
        )
    place: Any = document
    if table:
        place = document.setdefault(table, tomlkit.table())
    if values:
        place[name] = values if _is_list(key) else _value(key, " ".join(values))
    else:
        place.pop(name, None)
    changed = tomlkit.dumps(document)
    settings = parse_settings(changed, path)
    write_settings(path, changed)
    return settings


def write_settings(path: Path, text: str) -> None:
    """Raises `SettingsUnusable`."""
    try:
        private_folder(path.parent)
        write_private(path, text.encode())
    except OSError as error:
        raise SettingsUnusable(path=path, reason=os_error_reason(error)) from None


def _value(key: str, text: str) -> object:
    """A number or a truth value where it reads as one and the key does not hold text."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value if isinstance(value, bool | int | float) and not _holds(key, "str") else text


def _is_list(key: str) -> bool:
    return _holds(key, "tuple")


def _holds(key: str, kind: str) -> bool:
    """Whether what the key (in a table, too) takes is spelled with `kind`: "str", "tuple"."""
    table, _, name = key.rpartition(".")
    holders: dict[str, type[Struct]] = {"backups": BackupSettings, "logs": LogSettings}
    holder = holders.get(table, Settings)
    return any(
        field.encode_name == name and kind in str(field.type) for field in structs.fields(holder)
    )
