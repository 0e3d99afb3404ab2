"""DM-3nn: the database."""

from desktop_migrator.errors.base import ExitCode, MigratorError


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


class UnsupportedServer(DatabaseError):
    code = "DM-315"
    title = "This database cannot be used"
    detail_template = "{server}: {product}"
    hint_template = (
        "PostgreSQL {version} or newer is needed. Others that speak its language lack the locks by "
        "which no record is written twice."
    )
    exit_code = ExitCode.REFUSED


class ElectricUnreachable(DatabaseError):
    code = "DM-314"
    title = "Electric does not answer as it should"
    detail_template = "{address}: {reason}"
    hint_template = "Check the address, and that Electric runs and follows this database."
