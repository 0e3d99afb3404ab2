"""Every keyring behaves the same towards the program, whatever state it is in."""

import threading
from collections.abc import Callable

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

from desktop_migrator.errors import KeyringUnusable, SecretTooLarge
from desktop_migrator.vault import keyring_keys
from desktop_migrator.vault.credentials import Credentials, KeyringState, SecretBackend
from desktop_migrator.vault.keys import PrivateKey, SecretKey

SECRET = "s3cret-Ünïcødé-\U0001f511"


class Working(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class Failing(Working):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self._error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self._error


class Changing(Working):
    """Cuts what it keeps."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:8])


class Hanging(Working):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        threading.Event().wait(2)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.get_password(service, username)


class Chain(Working):
    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = backends


class Plaintext(Working):
    pass


Plaintext.__module__ = "keyrings.alt.file"


def raising() -> SecretBackend:
    raise RuntimeError


BAD: dict[str, tuple[Callable[[], SecretBackend], KeyringState]] = {
    "no backend": (keyring.backends.fail.Keyring, KeyringState.MISSING),
    "a backend that cannot be loaded": (raising, KeyringState.BROKEN),
    "the null backend": (keyring.backends.null.Keyring, KeyringState.NOT_PERSISTENT),
    "one that cuts": (Changing, KeyringState.NOT_PERSISTENT),
    "locked": (lambda: Failing(KeyringLocked("x")), KeyringState.LOCKED),
    "not initialised": (lambda: Failing(InitError("x")), KeyringState.LOCKED),
    "failing": (lambda: Failing(KeyringError("x")), KeyringState.BROKEN),
    "failing by an error of its own": (lambda: Failing(ZeroDivisionError()), KeyringState.BROKEN),
    "hanging": (Hanging, KeyringState.TIMED_OUT),
    "a plaintext file": (Plaintext, KeyringState.INSECURE),
    "a plaintext file in a chain": (lambda: Chain(Working(), Plaintext()), KeyringState.INSECURE),
}


@pytest.mark.parametrize("name", BAD)
def test_a_keyring_that_is_not_usable_leaves_memory(name: str) -> None:
    find, state = BAD[name]
    credentials = Credentials(find, timeout=0.2 if state is KeyringState.TIMED_OUT else 20)
    assert credentials.get("a") is None
    assert credentials.set("a", SECRET) is False
    assert credentials.state is state
    assert credentials.fallback_notice
    assert "not written anywhere" in str(credentials.fallback_notice)
    assert credentials.get("a") == SECRET
    credentials.delete("a")
    assert credentials.get("a") is None
    with pytest.raises(KeyringUnusable):
        credentials.set_persistent("b", SECRET)
    assert credentials.get("b") is None
    with pytest.raises(KeyringUnusable):
        credentials.delete("b")


@pytest.mark.parametrize("make", [Working, lambda: Chain(Working())], ids=["one", "chain"])
def test_a_keyring_that_works_keeps_secrets(make: Callable[[], Working]) -> None:
    backend = make()
    credentials = Credentials(lambda: backend)
    assert credentials.get("a") is None
    credentials.delete("a")
    assert credentials.set("a", SECRET) is True
    credentials.set_persistent("b", "other")
    assert (credentials.state, credentials.fallback_notice) == (KeyringState.WORKS, None)
    again = Credentials(lambda: backend)
    assert [again.get(name) for name in "abc"] == [SECRET, "other", None]
    again.delete("a")
    assert Credentials(lambda: backend).get("a") is None
    assert list(backend.kept) == [("desktop-migrator b", "b")]


def test_nothing_is_asked_of_the_keyring_before_it_is_needed() -> None:
    credentials = Credentials(raising)
    assert credentials.fallback_notice is None


def test_a_keyring_that_hangs_is_waited_for_once() -> None:
    backend = Hanging()
    credentials = Credentials(lambda: backend, timeout=0.2)
    for number in range(20):
        credentials.set(f"name {number}", SECRET)
        assert credentials.get(f"name {number}") == SECRET
    assert backend.calls == 1


def test_one_that_locks_itself_meanwhile() -> None:
    backend = Working()
    credentials = Credentials(lambda: backend)
    assert credentials.set("a", "x")
    backend.set_password = backend.get_password = Failing(KeyringLocked()).get_password  # type: ignore[method-assign, assignment]
    assert credentials.get("a") is None
    assert credentials.state is KeyringState.LOCKED
    assert credentials.set("a", "y") is False
    assert credentials.get("a") == "y"


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 1280, True), ("a" * 1281, False), ("🔑" * 641, False)]
)
def test_the_limit_of_windows_holds_before_anything_is_stored(text: str, fits: bool) -> None:
    backend = Working()
    credentials = Credentials(lambda: backend)
    if fits:
        assert credentials.set("a", text)
        return
    with pytest.raises(SecretTooLarge):
        credentials.set("a", text)
    assert backend.kept == {}


def test_no_error_carries_a_secret() -> None:
    credentials = Credentials(lambda: Failing(KeyringError(SECRET)))
    with pytest.raises(KeyringUnusable) as caught:
        credentials.set_persistent("a", SECRET)
    assert SECRET not in repr(caught.value) + str(caught.value) + str(credentials.fallback_notice)
    assert caught.value.__cause__ is None


def test_keys_are_found_by_what_a_header_says() -> None:
    backend = Working()
    private, secret = PrivateKey.generate(), SecretKey.generate()
    for key in (private, secret):
        keyring_keys.store_key(Credentials(lambda: backend), key)
    credentials = Credentials(lambda: backend)
    found = keyring_keys.find_key(credentials, private.id)
    assert isinstance(found, PrivateKey)
    assert found.to_text() == private.to_text()
    also = keyring_keys.find_key(credentials, secret.id)
    assert isinstance(also, SecretKey)
    assert also.key == secret.key
    assert keyring_keys.find_key(credentials, "0" * 16) is None
    keyring_keys.delete_key(credentials, private.id)
    assert keyring_keys.find_key(credentials, private.id) is None


def test_there_is_one_backup_key_for_a_keyring() -> None:
    backend = Working()
    first = keyring_keys.get_or_create_backup_key(Credentials(lambda: backend))
    assert keyring_keys.get_or_create_backup_key(Credentials(lambda: backend)).key == first.key
    with pytest.raises(KeyringUnusable):
        keyring_keys.get_or_create_backup_key(Credentials(keyring.backends.fail.Keyring))
