"""DM-5nn: a run."""

from desktop_migrator.errors.base import ExitCode, MigratorError


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


class RejectedAfterCommit(RunError):
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


class RejectedAndUndone(RunError):
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


class ConflictsUnresolved(RunError):
    """Nobody was there to answer; see migration/run/decisions.py."""

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
    exit_code = ExitCode.CONFLICTS_UNRESOLVED


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
    hint_template = "Name another file with --decisions, or correct this one."
    exit_code = ExitCode.USAGE


class AccountingMismatch(RunError):
    """Of some items nobody knows what became of them: a fault of this program."""

    code = "DM-514"
    title = "Not every item is accounted for"
    detail_template = (
        "Of {expected:,} items of {entity} it is known of {accounted:,} what became of them."
    )
    hint_template = "Do not clear the browser's data. Tell the support desk the code and the run."


class RunLocked(RunError):
    """Somebody else works for this person with this plan; see postgres/run_lock/run_lock.py."""

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


class TransactionPooling(RunError):
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


class ClusterUnusable(RunError):
    """A Dask cluster that cannot be reached, went away, or cannot do what it is asked."""

    code = "DM-531"
    title = "The Dask cluster cannot be used"
    detail_template = "{address}: {reason}"
    hint_template = (
        "See that scheduler and workers run, and that the workers have the same version of this "
        "program. What was uploaded stays; the same call goes on with the rest, without the "
        "cluster too."
    )


class CaptureOfAnother(RunError):
    """What one person's browser held would become another one's rows."""

    code = "DM-541"
    title = "This capture is another person's"
    detail_template = "{reason}"
    hint_template = (
        "Check whose it is. If it is meant for this person all the same, upload it with --reassign."
    )
    exit_code = ExitCode.REFUSED


class NotMigrated(RunError):
    """Only what is known to lie in the database is cleared from a browser."""

    code = "DM-540"
    title = "This is not known to be migrated"
    detail_template = "{origin}: {reason}"
    hint_template = (
        "Migrate it first. To clear it all the same, give --force; a backup is made before."
    )
    exit_code = ExitCode.REFUSED
