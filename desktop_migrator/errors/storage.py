"""DM-1nn: browser storage."""

from desktop_migrator.errors.base import ExitCode, MigratorError


class StorageError(MigratorError):
    """A browser's storage could not be found or read."""

    code = "DM-100"
    title = "The browser's storage could not be read"
    hint_template = "Close the browser and try again."


class SourceNotFound(StorageError):
    code = "DM-101"
    title = "Nothing to read there"
    detail_template = "{path} does not exist or holds no browser storage."
    hint_template = (
        "Name a browser profile folder, a browser's user-data folder or one of its stores; "
        "`desktop-migrator scan` lists those it finds."
    )


class StoreUnreadable(StorageError):
    code = "DM-102"
    detail_template = "{path} cannot be read: {reason}"
    hint_template = "Check that you may read this folder, close the browser, and try again."


class UnknownStorageFormat(StorageError):
    """The store's layout is of a version that this program does not know."""

    code = "DM-103"
    title = "This storage is of an unknown kind"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing was changed. Look for a newer version of this program."


class SnapshotFailed(StorageError):
    code = "DM-104"
    title = "No private copy of the storage could be made"
    detail_template = "{path}: {reason}"
    hint_template = "Make room on the disk or close the browser, then try again."


class StoreUnwritable(StorageError):
    code = "DM-105"
    title = "The browser's storage could not be changed"
    detail_template = "{path}: {reason}"
    hint_template = "It is as it was before. Close the browser, make room on the disk, try again."


class BrowserRunning(StorageError):
    """Nothing is written into a profile that a browser holds."""

    code = "DM-106"
    title = "The browser is running"
    detail_template = "{browser}, profile {profile}: {path}"
    hint_template = "Close all of its windows, wait a few seconds, and try again."
    exit_code = ExitCode.REFUSED


class StoreDamaged(StorageError):
    """Writing would make damage permanent that can still be salvaged now."""

    code = "DM-107"
    title = "The browser's storage is damaged"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing was changed. What is left in it can still be migrated."
    exit_code = ExitCode.REFUSED


class ProfileBusy(StorageError):
    code = "DM-108"
    title = "This program is at work on this profile already"
    detail_template = "{path}, process {process}"
    hint_template = "Wait until it is done."
    exit_code = ExitCode.LOCKED
