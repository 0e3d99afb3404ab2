"""Everything that can go wrong, as one tree of exceptions.

Each class has a stable code that a person can read to the support desk, a title, a sentence that
says what happened and a hint that says what to do. The sentences are templates over the facts
given to the constructor, so that the faces can translate them; a fact never holds a value from
user data or a secret.

Codes: DM-1nn browser storage, DM-2nn plans, DM-3nn the database, DM-4nn the vault, DM-5nn a run,
DM-9nn wrong use.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command line answers to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DONE_WITH_REJECTIONS = 3
    CONFLICTS_WAIT = 4
    LOCKED = 5
    ROLLED_BACK = 6
    REFUSED = 7
    CANCELLED = 130


class MigratorError(Exception):
    """The root. `str()` gives the whole sentence, without code and hint."""

    code: ClassVar[str] = "DM-000"
    title: ClassVar[str] = "Something went wrong"
    detail_template: ClassVar[str] = "{reason}"
    hint_template: ClassVar[str] = "Try again; if it happens again, tell the support desk the code."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    transient: ClassVar[bool] = False
    """Whether trying again by itself can help."""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts = facts

    @property
    def detail(self) -> str:
        return self.detail_template.format(**self.facts)

    @property
    def hint(self) -> str:
        return self.hint_template.format(**self.facts)

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}"


# DM-1nn: browser storage ------------------------------------------------------------------------


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


# DM-2nn: plans ----------------------------------------------------------------------------------


class PlanError(MigratorError):
    code = "DM-200"
    title = "The plan cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = (
        "Mend the plan at the place named, or leave --plan away to use the built-in plan."
    )
    exit_code = ExitCode.USAGE


class PlanDoesNotFit(PlanError):
    """The plan asks for something that the target's tables cannot take."""

    code = "DM-201"
    title = "The plan and the database do not fit together"
    detail_template = "{reason}"
    hint_template = "{remedy}"
    exit_code = ExitCode.FAILED


class OriginNotChosen(PlanError):
    code = "DM-202"
    title = "Several web sites have data that fits the plan"
    detail_template = "{origins}"
    hint_template = "Say which one is meant: --origin ORIGIN."


class NothingToMigrate(PlanError):
    code = "DM-203"
    title = "There is nothing to migrate"
    detail_template = "No web site has data in these browsers that the plan is for."
    hint_template = (
        "See what there is with `desktop-migrator scan`; name the web site with --origin, or the "
        "folder with --source."
    )
    exit_code = ExitCode.FAILED


class OriginNotFound(PlanError):
    code = "DM-204"
    title = "This web site keeps nothing here"
    detail_template = "These browsers hold no record of {origins}."
    hint_template = "See which web sites there are with `desktop-migrator scan`."
    exit_code = ExitCode.FAILED


# DM-3nn: the database ---------------------------------------------------------------------------


class DatabaseError(MigratorError):
    code = "DM-300"
    title = "The database refused"


class ConnectionFailed(DatabaseError):
    code = "DM-301"
    title = "The database cannot be reached"
    detail_template = "{server}: {reason}"
    hint_template = "Check host, port and network; `desktop-migrator test-connection` shows more."
    transient = True


class AuthenticationFailed(DatabaseError):
    code = "DM-302"
    title = "The database does not accept this user or password"
    detail_template = "{server}, user {user}"
    hint_template = "Check the user name and the password."
    exit_code = ExitCode.REFUSED


class PermissionMissing(DatabaseError):
    code = "DM-303"
    title = "The database user may not do this"
    detail_template = "{reason}"
    hint_template = "Ask the database's administrator for this right: {right}."
    exit_code = ExitCode.REFUSED


class TableMissing(DatabaseError):
    code = "DM-304"
    title = "The database lacks a table"
    detail_template = "There is no table {table}."
    hint_template = (
        "Use --create-tables to have it made, leave these items out with --exclude, or name "
        "another table in the plan."
    )


class BadDatabaseUrl(DatabaseError):
    code = "DM-305"
    title = "This is not a database address"
    detail_template = "{reason}"
    hint_template = (
        "Write it as postgresql://user@host:5432/database, or `builtin` for the built-in one."
    )
    exit_code = ExitCode.USAGE


class BuiltinDatabaseFailed(DatabaseError):
    code = "DM-306"
    title = "The built-in database does not start"
    detail_template = "{reason}"
    hint_template = "See {log}; or give the address of another PostgreSQL with --database."


class UserNotFound(DatabaseError):
    code = "DM-307"
    title = "This person is not known to the app"
    detail_template = "No row of {table} has this {column}."
    hint_template = "Check the spelling, or give the user's id with --user-id."


class DatabaseInterrupted(DatabaseError):
    """A deadlock or a serialization failure: the transaction was undone and can be repeated."""

    code = "DM-308"
    title = "The database broke a transaction off"
    transient = True


class TlsFailed(DatabaseError):
    code = "DM-309"
    title = "No secure connection to the database"
    detail_template = "{server}: {reason}"
    hint_template = (
        "If the server's certificate comes from an authority of its own, name that authority's "
        "file: ?sslmode=verify-full&sslrootcert=FILE at the end of the address. In a network "
        "that you trust, ?sslmode=disable does without security."
    )
    exit_code = ExitCode.REFUSED


class ConnectionRefused(DatabaseError):
    """The server answered, and lets nobody in this way."""

    code = "DM-310"
    title = "The database refuses this connection"
    detail_template = "{server}: {reason}"
    hint_template = "Check the database's name, or show this to the database's administrator."


class DatabaseBusy(DatabaseError):
    code = "DM-311"
    title = "The database is busy"
    detail_template = "{reason}"
    hint_template = "Try again in a few minutes."
    transient = True


class UserAmbiguous(DatabaseError):
    code = "DM-312"
    title = "Several people match"
    detail_template = (
        "More than one row of {table} has this {column}, small and capital letters aside."
    )
    hint_template = "Write it exactly as the app shows it, or give the user's id with --user-id."


class DatabaseReadOnly(DatabaseError):
    code = "DM-313"
    title = "The database takes no changes"
    detail_template = "{reason}"
    hint_template = (
        "Give the address of the primary server if this is a replica; else have "
        "default_transaction_read_only switched off for this user and database."
    )
    exit_code = ExitCode.REFUSED


# DM-4nn: the vault ------------------------------------------------------------------------------


class VaultError(MigratorError):
    """Backups and captures, and the keys that open them."""

    code = "DM-400"
    title = "The vault cannot do this"


class WrongKey(VaultError):
    code = "DM-401"
    title = "This does not open the file"
    detail_template = "It opens with {needed}; what was given does not fit."
    hint_template = (
        "Check the passphrase (capital letters and the keyboard's language too) or type the "
        "recovery key."
    )
    exit_code = ExitCode.REFUSED


class ContainerDamaged(VaultError):
    """Anything that an untouched file cannot contain: damage, truncation, tampering."""

    code = "DM-402"
    title = "The file is damaged or was changed"
    detail_template = "{reason}"
    hint_template = "Nothing of it was used. Take another copy of the file, or another backup."
    exit_code = ExitCode.REFUSED


class UnknownVersion(VaultError):
    code = "DM-403"
    title = "The file was made by a newer version of this program"
    detail_template = "It is of version {version}; this program knows version {known}."
    hint_template = "Get the newest version of this program and try again."


class NotAContainer(VaultError):
    code = "DM-404"
    title = "This is neither a backup nor a capture"
    detail_template = "The file does not begin as such files do."
    hint_template = (
        "Check that it is the right file, and that it came over whole and unconverted: send it as "
        "an attachment or in a ZIP, not as text."
    )
    exit_code = ExitCode.REFUSED


class BadKey(VaultError):
    """A passphrase, a recovery key or a key file that cannot be one."""

    code = "DM-405"
    title = "This key cannot be used"
    detail_template = "{reason}"
    hint_template = "Type it again, or ask whom it came from."
    exit_code = ExitCode.USAGE


class KeyringUnusable(VaultError):
    code = "DM-410"
    title = "The keyring cannot be used"
    detail_template = "{reason}"
    hint_template = (
        "Log in to the desktop as usual, unlock or set up its keyring (GNOME Keyring, KWallet, the "
        "macOS Keychain, Windows Credential Manager), and try again."
    )


class SecretTooLarge(VaultError):
    code = "DM-411"
    title = "This is too long for a keyring"
    detail_template = "It takes {size:,} bytes, and some systems keep {most:,} at most."
    hint_template = "Choose a shorter password."
    exit_code = ExitCode.USAGE


class ConnectionUnknown(VaultError):
    code = "DM-412"
    title = "There is no saved connection of this name"
    detail_template = "{name}"
    hint_template = (
        "`desktop-migrator connection list` shows those there are; an address begins with "
        "postgresql://."
    )
    exit_code = ExitCode.USAGE


class KeyUnknown(VaultError):
    code = "DM-413"
    title = "There is no key of this name"
    detail_template = "{name}"
    hint_template = "`desktop-migrator keys list` shows those made here."
    exit_code = ExitCode.USAGE


# DM-44n: backups and captures --------------------------------------------------------------------


class PayloadUnreadable(VaultError):
    """A container that opens, with something in it that this program did not write."""

    code = "DM-440"
    title = "This backup or capture cannot be read"
    detail_template = "{reason}"
    hint_template = "Nothing of it was used. Look for a newer version of this program."
    exit_code = ExitCode.REFUSED


class FileUnreadable(VaultError):
    code = "DM-441"
    title = "The file cannot be read"
    detail_template = "{path}: {reason}"
    hint_template = "Check the file's name and whether you may read it."


class DraftNotWritten(VaultError):
    code = "DM-442"
    title = "The backup or capture could not be written"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing else was done. Make room on the disk and try again."


class DraftNotVerified(VaultError):
    """What was written does not read back as it was."""

    code = "DM-443"
    title = "The backup or capture failed its check"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing else was done. Try again; if it fails again, the disk is at fault."


class BackupNotFound(VaultError):
    code = "DM-444"
    title = "There is no such backup"
    detail_template = "{reason}"
    hint_template = "`desktop-migrator backup list` lists those there are."
    exit_code = ExitCode.USAGE


class KeyNotGiven(VaultError):
    code = "DM-445"
    title = "The key is missing"
    detail_template = "It opens with {needed}, and nobody gave that."
    hint_template = (
        "Run the command in a terminal and type it, or send it by --passphrase-stdin; a recovery "
        "key counts as a passphrase."
    )
    exit_code = ExitCode.REFUSED


class BackupNeeded(VaultError):
    code = "DM-446"
    title = "This backup is still needed"
    detail_template = "{reason}"
    hint_template = "Delete it with --force if you are sure."
    exit_code = ExitCode.REFUSED


class BackupDiffers(VaultError):
    """The file's bytes are not those that were written when the backup was made."""

    code = "DM-447"
    title = "The backup's file was changed"
    detail_template = "{path} has not the SHA-256 that it was made with."
    hint_template = "Do not use it. Restore another backup, or another copy of this one."
    exit_code = ExitCode.REFUSED


class BadKit(VaultError):
    code = "DM-480"
    title = "This kit cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = "Ask whoever gave you the kit to send it again, as an attachment."
    exit_code = ExitCode.REFUSED


class KitChanged(VaultError):
    """Its signature is not that of what it holds."""

    code = "DM-481"
    title = "This kit was changed after it was made"
    detail_template = "{path} says that it is from {owner}, but its signature does not fit it."
    hint_template = (
        "Do not use it. Ask {owner}, on a way that you know, to send it again; delete this one."
    )
    exit_code = ExitCode.REFUSED


# DM-5nn: a run ----------------------------------------------------------------------------------


class RunError(MigratorError):
    code = "DM-500"
    title = "The migration stopped"


class VerificationFailed(RunError):
    code = "DM-501"
    title = "What lies in the database is not what was sent"
    detail_template = "{reason}"
    hint_template = "Do not clear the browser's data. Tell the support desk the code and the run."


class ItemsRejected(RunError):
    """A run without --continue-on-error met an item that cannot go."""

    code = "DM-502"
    title = "Some items cannot be migrated"
    detail_template = "{count} were rejected and nothing was written; the first: {reason}"
    hint_template = (
        "Look at them with `desktop-migrator preview`; use --continue-on-error to migrate the rest."
    )
    exit_code = ExitCode.ROLLED_BACK


class StoppedHalfway(RunError):
    """As ItemsRejected, when some chunks had been committed."""

    code = "DM-504"
    title = "The migration stopped at items that the database refuses"
    detail_template = (
        "{count} were rejected; {written} written before them stay. The first: {reason}"
    )
    hint_template = (
        "Use --continue-on-error to migrate the rest; what was written is not written again."
    )


class Cancelled(RunError):
    code = "DM-503"
    title = "Cancelled"
    detail_template = "You stopped the migration; what was finished before stays."
    hint_template = "Run the same command again with --resume to go on."
    exit_code = ExitCode.CANCELLED


class Interrupted(RunError):
    """The database failed in the middle of a run; what was finished stays, and the run with it."""

    code = "DM-505"
    title = "The migration was interrupted"
    detail_template = "{reason} What was finished stays."
    hint_template = "Run the same command again with --resume to go on. {remedy}"


class CommitsLost(RunError):
    """After a crash the database has forgotten what it last confirmed."""

    code = "DM-506"
    title = "The database has lost the last steps of the migration"
    detail_template = "It crashed before they were on its disk."
    hint_template = "Run the same command again with --resume to go on."


class TooManyRejected(RunError):
    """More items failed than the threshold allows, so that the run was undone."""

    code = "DM-507"
    title = "Too many items cannot be migrated"
    detail_template = (
        "{count:,} of {items:,} were rejected, more than {percent:g} %; so what was written was "
        "taken back. The first: {reason}"
    )
    hint_template = (
        "Look at them with `desktop-migrator preview`; --preserve-partial keeps what can go, "
        "--rollback-threshold allows more."
    )
    exit_code = ExitCode.ROLLED_BACK


class TakenBack(RunError):
    """As ItemsRejected, when some chunks had been committed and were undone."""

    code = "DM-508"
    title = "Some items cannot be migrated"
    detail_template = (
        "{count:,} were rejected, and the {written:,} written before them were taken back. "
        "The first: {reason}"
    )
    hint_template = (
        "Use --continue-on-error to migrate the rest, or --preserve-partial to keep what was "
        "written."
    )
    exit_code = ExitCode.ROLLED_BACK


class RunNotFound(RunError):
    code = "DM-509"
    title = "There is no such run"
    detail_template = "{reason}"
    hint_template = "`desktop-migrator status` lists the runs made from this computer."
    exit_code = ExitCode.USAGE


class AlreadyUndone(RunError):
    code = "DM-510"
    title = "This has been undone already"
    detail_template = "Of run {run} nothing is left to undo; run {by} took it back."
    hint_template = "To have it again, undo that one: `desktop-migrator rollback --run {by}`."


class ConflictsWait(RunError):
    """Nobody was there to answer; see migration/questions.py."""

    code = "DM-511"
    title = "Conflicts wait for answers"
    detail_template = (
        "{count} rows of the database differ from their items, and nobody said which is to count. "
        "Nothing was written."
    )
    hint_template = (
        "Run the same command in a terminal and answer; or fill in each `answer` (keep, replace or "
        "merge) in the file of --decisions and run it again; or choose another --conflict."
    )
    exit_code = ExitCode.CONFLICTS_WAIT


class TooManyConflicts(RunError):
    code = "DM-512"
    title = "Too many conflicts to ask about each"
    detail_template = (
        "More than {count:,} rows of the database differ from their items. Nothing was written."
    )
    hint_template = "Choose --conflict skip, overwrite or merge, or migrate one kind at a time."


class DecisionsUnusable(MigratorError):
    code = "DM-513"
    title = "The decisions file cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = "Name another file with --decisions, or mend this one."
    exit_code = ExitCode.USAGE


class Locked(RunError):
    """Somebody else works for this person with this plan; see postgres/lock.py."""

    code = "DM-520"
    title = "Another run is under way for this person"
    detail_template = (
        "It runs on {host}, process {process}, since {since}; last sign of life: {heartbeat}."
    )
    hint_template = (
        "Wait until it is done. If that program is gone or hangs: `desktop-migrator unlock` with "
        "the same --database and --user-id; --force if it refuses."
    )
    exit_code = ExitCode.LOCKED


class LockLost(RunError):
    """The run's lock went with its connection, or somebody unlocked it."""

    code = "DM-521"
    title = "The run is no longer alone"
    detail_template = "{reason} So it stopped before it wrote more; what was finished stays."
    hint_template = "Run the same command again with --resume to go on."
    transient = True


class SessionsShared(RunError):
    """A connection pooler gives each transaction another session, so that no lock would hold."""

    code = "DM-522"
    title = "The way to the database cannot hold a lock"
    detail_template = "A connection pooler in between works by transactions (`pool_mode`)."
    hint_template = (
        "Give the database's own address, or one where the pooler works by sessions: many offer it "
        "on another port."
    )


class WorkerLost(RunError):
    """One of the processes that load together was ended from outside."""

    code = "DM-530"
    title = "A part of this program was ended"
    detail_template = "The system or somebody ended a process that was loading."
    hint_template = "Run the same command again with --resume to go on."
    transient = True


class NotMigrated(RunError):
    """Only what is known to lie in the database is cleared from a browser."""

    code = "DM-540"
    title = "This is not known to be migrated"
    detail_template = "{origin}: {reason}"
    hint_template = (
        "Migrate it first. To clear it all the same, give --force; a backup is made before."
    )
    exit_code = ExitCode.REFUSED


# DM-9nn: wrong use ------------------------------------------------------------------------------


class UsageError(MigratorError):
    code = "DM-900"
    title = "This cannot be asked for"
    detail_template = "{reason}"
    hint_template = "See `desktop-migrator --help`."
    exit_code = ExitCode.USAGE


class DataFolderUnusable(UsageError):
    code = "DM-901"
    title = "The program cannot keep its own data there"
    detail_template = "{path}: {reason}"
    hint_template = "Name a folder that you may write to: --data-dir FOLDER."


class InternalError(MigratorError):
    """A mistake of ours; only the exception's kind is told, since its text may hold values."""

    code = "DM-999"
    title = "This program made a mistake"
    detail_template = "An unexpected {kind} occurred."
    hint_template = (
        "Nothing that was finished is lost. Run the command again with --debug '*' and send what "
        "it prints to the support desk."
    )
