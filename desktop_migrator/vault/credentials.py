"""Passwords and keys in the system's keyring; where there is none, in memory for this session.

Never in a file: a keyring that keeps its secrets in one of its own making is refused, and so is one
that forgets them. Everything asked of a keyring runs in a thread with a time limit, since it may
wait for somebody to unlock it. What a keyring says when it fails is not passed on.

Windows takes 2,560 bytes a secret; the same limit holds everywhere, so that what works on one
system works on all.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import Protocol, TypeVar

from desktop_migrator.errors import KeyringUnusable, SecretTooLarge
from desktop_migrator.messages import Message

MAX_SECRET_BYTES = 2_560
TIMEOUT_SECONDS = 20.0

_T = TypeVar("_T")
_PROBE = "probe"
_FILE_BACKENDS = ("keyrings.alt.", "keyrings.cryptfile.")  # plaintext or a passphrase of their own


class KeyringState(StrEnum):
    """What can be said of a keyring; all but the first make memory the fallback."""

    WORKS = "works"
    MISSING = "missing"
    LOCKED = "locked"
    NOT_PERSISTENT = "forgetful"
    INSECURE = "unsafe"
    TIMED_OUT = "slow"
    BROKEN = "broken"


_WHY = {
    KeyringState.MISSING: Message("This computer has no keyring that this program can use."),
    KeyringState.LOCKED: Message("The keyring is locked."),
    KeyringState.NOT_PERSISTENT: Message("The keyring does not keep what it is given."),
    KeyringState.INSECURE: Message(
        "The keyring that is set up keeps its secrets in an ordinary file."
    ),
    KeyringState.TIMED_OUT: Message("The keyring does not answer."),
    KeyringState.BROKEN: Message("The keyring fails."),
}


class SecretBackend(Protocol):
    """What a `keyring` backend offers."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def system_keyring() -> SecretBackend:
    """The backend that `keyring` picks for this system."""
    import keyring  # noqa: PLC0415 - takes longer to load than many a command to run

    return keyring.get_keyring()


class _KeyringUnusableError(Exception):
    def __init__(self, state: KeyringState) -> None:
        super().__init__(state)
        self.state = state


class Credentials:
    """Secrets by name. Asks nothing of the keyring before a secret is asked for or given."""

    def __init__(
        self,
        find_backend: Callable[[], SecretBackend] = system_keyring,
        *,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._find_backend = find_backend
        self._timeout = timeout
        self._backend: SecretBackend | None = None
        self._state: KeyringState | None = None
        self._memory: dict[str, str] = {}

    @property
    def state(self) -> KeyringState:
        """The keyring's state, found once by setting, getting and deleting a secret."""
        if self._state is None:
            self._run_with_timeout(self._probe)
            self._state = self._state or KeyringState.WORKS
        return self._state

    @property
    def fallback_notice(self) -> Message | None:
        """A sentence for the person where secrets are not kept; None where they are."""
        if self._state in {None, KeyringState.WORKS}:
            return None
        return Message(
            "{reason} Passwords and keys are remembered until this program ends, and not written "
            "anywhere.",
            reason=_WHY[self._state],
        )

    def get(self, name: str) -> str | None:
        """The secret of that name, if the keyring or this session has it."""
        if name in self._memory or self._state not in {None, KeyringState.WORKS}:
            return self._memory.get(name)
        return self._run_with_timeout(
            lambda backend: backend.get_password(_service_name(name), name)
        )

    def set(self, name: str, secret: str) -> bool:
        """Keep a secret; False if only for this session. Raises `SecretTooLarge`."""
        size = len(secret.encode("utf-16-le", "surrogatepass"))
        if size > MAX_SECRET_BYTES:
            raise SecretTooLarge(size=size, most=MAX_SECRET_BYTES)
        self._memory.pop(name, None)
        if self.state is KeyringState.WORKS:
            self._run_with_timeout(lambda backend: _store_and_read_back(backend, name, secret))
        if self._state is not KeyringState.WORKS:
            self._memory[name] = secret
        return self._state is KeyringState.WORKS

    def hold(self, name: str, secret: str) -> None:
        """Know a secret as long as this program runs; the keyring is not asked."""
        self._memory[name] = secret

    def set_persistent(self, name: str, secret: str) -> None:
        """Keep a secret for good. Raises `KeyringUnusable`, and then nothing is kept."""
        if not self.set(name, secret):
            del self._memory[name]
            raise self.unusable_error()

    def delete(self, name: str) -> None:
        """Forget a secret, if it is there. Raises `KeyringUnusable`: it may still be there."""
        if self._memory.pop(name, None) is not None:
            return
        if self.get(name) is not None:
            self._run_with_timeout(
                lambda backend: backend.delete_password(_service_name(name), name)
            )
        if self._state not in {None, KeyringState.WORKS}:
            raise self.unusable_error()

    def unusable_error(self) -> KeyringUnusable:
        return KeyringUnusable(reason=_WHY[self.state])

    def _probe(self, backend: SecretBackend) -> None:
        value = secrets.token_hex(8)
        _store_and_read_back(backend, _PROBE, value)
        backend.delete_password(_service_name(_PROBE), _PROBE)

    def _run_with_timeout(self, operation: Callable[[SecretBackend], _T]) -> _T | None:
        """What the operation gives; None, and the state says why, if the keyring is unusable."""
        done: Future[_T] = Future()
        # A daemon, unlike an executor's threads: a keyring that hangs must not hold up the end.
        threading.Thread(
            target=self._run_operation, args=(operation, done), name="keyring", daemon=True
        ).start()
        try:
            error = done.exception(self._timeout)
        except TimeoutError:
            self._state = KeyringState.TIMED_OUT
            return None
        if error is None:
            return done.result()
        self._state = _state_of_error(error)
        return None

    def _run_operation(self, operation: Callable[[SecretBackend], _T], done: "Future[_T]") -> None:
        try:
            if self._backend is None:
                self._backend = _reject_insecure(self._find_backend())
            done.set_result(operation(self._backend))
        except BaseException as error:
            done.set_exception(error)


def _service_name(name: str) -> str:
    # One for each secret: Windows keeps one user name for a service.
    return f"desktop-migrator {name}"


def _store_and_read_back(backend: SecretBackend, name: str, secret: str) -> None:
    backend.set_password(_service_name(name), name, secret)
    if backend.get_password(_service_name(name), name) != secret:
        raise _KeyringUnusableError(KeyringState.NOT_PERSISTENT)


def _reject_insecure(backend: SecretBackend) -> SecretBackend:
    """The backend, unless it is known to lose secrets or to put them into files of its own."""
    for each in [backend, *getattr(backend, "backends", ())]:  # a chain of several
        kind = type(each)
        where = f"{kind.__module__}.{kind.__qualname__}"
        if where.startswith(_FILE_BACKENDS):
            raise _KeyringUnusableError(KeyringState.INSECURE)
        if where == "keyring.backends.null.Keyring":
            raise _KeyringUnusableError(KeyringState.NOT_PERSISTENT)
    return backend


def _state_of_error(error: BaseException) -> KeyringState:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError  # noqa: PLC0415 - as above

    match error:
        case _KeyringUnusableError():
            return error.state
        case NoKeyringError():
            return KeyringState.MISSING
        case KeyringLocked() | InitError():
            return KeyringState.LOCKED
    return KeyringState.BROKEN
