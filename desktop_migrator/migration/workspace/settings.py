"""Settings: what a person does not want to say again with each command, in one TOML file.

A key is named as the command line's option is, and means the same; tables hold what no option
says. `docs/settings.schema.json` is the file's JSON Schema.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Meta, Struct, structs

from desktop_migrator.errors import SettingsUnusable
from desktop_migrator.messages import Message
from desktop_migrator.model import ConflictPolicy, MergeRule
from desktop_migrator.system.files import os_error_reason

FILE_NAME = "config.toml"
_MAX_BYTES = 2**20

Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]


class BackupSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    folder: str | None = None
    """Where backups lie; None: in the data folder."""
    keep_days: Positive = 30
    """`backup prune` deletes none that is younger."""
    compression: Annotated[int, Meta(ge=-7, le=19)] | None = None
    """zstd's level; None: the one that keeps up with the load."""


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    folder: str | None = None
    """Where the four logs lie; None: in the data folder."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """Each is None, or empty, where the file does not say it."""

    database: str | None = None
    """A URL without a password, a saved connection's name, or `builtin`."""
    user_id: str | None = None
    user_email: str | None = None
    plan: str | None = None
    source: tuple[str, ...] | None = None
    origin: tuple[str, ...] | None = None
    take: tuple[str, ...] | None = None
    field_key: str | None = None
    lang: Literal["en", "de"] | None = None
    conflict: ConflictPolicy | None = None
    decisions: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    batch_size: Positive | None = None
    batch_delay: NotNegative | None = None
    max_concurrent: Positive | None = None
    retry_attempts: Positive | None = None
    retry_backoff: NotNegative | None = None
    rollback_threshold: Annotated[float, Meta(ge=0, le=1)] | None = None
    preserve_partial: bool | None = None
    continue_on_error: bool | None = None
    create_tables: bool | None = None
    no_backup: bool | None = None
    merge: dict[str, MergeRule] = {}
    """By kind of item: what `conflict = "merge"` means for it, instead of what the plan says."""
    backups: BackupSettings = BackupSettings()
    logs: LogSettings = LogSettings()


TABLES = {"merge", "backups", "logs"}
NAMES = tuple(each.encode_name for each in structs.fields(Settings))
OPTIONS = tuple(name for name in NAMES if name not in TABLES)


def variables(option: str) -> list[str]:
    """The environment's variables that say what `--option` would; the first that is set counts."""
    own = "DESKTOP_MIGRATOR_" + option.upper().replace("-", "_")
    return [own, "DATABASE_URL"] if option == "database" else [own]


def said_by_environment(option: str) -> str | None:
    """What the environment says of an option that takes one text."""
    return next((os.environ[name] for name in variables(option) if os.environ.get(name)), None)


def said_beforehand(option: str, settings: Settings) -> str | None:
    """What the environment says, else the settings, of an option that takes one text."""
    return said_by_environment(option) or getattr(settings, option.replace("-", "_"))


def load_settings(path: Path) -> Settings:
    """Nothing said where there is no file. Paths are absolute, the file's folder being where
    others begin. Raises `SettingsUnusable`.
    """
    return _with_absolute_paths(parse_settings(read_settings_text(path), path), path.parent)


def read_settings_text(path: Path) -> str:
    """Empty where there is no file. Raises `SettingsUnusable`."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise SettingsUnusable(path=path, reason=Message("it is larger than a mebibyte"))
        return content.decode()
    except (FileNotFoundError, NotADirectoryError):
        return ""  # what is wrong with the folder is told where it is opened
    except OSError as error:
        raise SettingsUnusable(path=path, reason=os_error_reason(error)) from None
    except UnicodeDecodeError:
        raise SettingsUnusable(path=path, reason=Message("it is not UTF-8 text")) from None


def parse_settings(text: str, path: Path) -> Settings:
    """What the text of the file `path` says. Raises `SettingsUnusable`, which names the key."""
    try:
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise SettingsUnusable(path=path, reason=str(error)) from None
    if settings.database and _holds_password(settings.database):
        raise SettingsUnusable(
            path=path,
            reason=Message(
                "the address in `database` holds a password, which others could read there;"
                " save it with `desktop-migrator connection add`"
            ),
        )
    return settings


def _holds_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False  # is told where it is used
    return bool(parts.password or "password" in parse_qs(parts.query))


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    def absolute(path: str) -> str:
        return str(folder / Path(path).expanduser())

    single = {
        name: absolute(path)
        for name in ("plan", "field_key", "decisions")
        if (path := getattr(settings, name))
    }
    sources = settings.source and tuple(absolute(path) for path in settings.source)
    backups, logs = (
        structs.replace(table, folder=table.folder and absolute(table.folder))
        for table in (settings.backups, settings.logs)
    )
    return structs.replace(settings, **single, source=sources, backups=backups, logs=logs)
