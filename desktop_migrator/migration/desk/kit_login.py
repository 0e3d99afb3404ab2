"""What a personal kit holds sealed: a login to the database, and whose rows it reaches.

A code of 20 digits opens it, which the desk says to the person by phone and nobody keeps. It is
stretched as backups' passphrases are. What is sealed names the digest of all else in the kit, so
that the code vouches for that too: whoever made the kit knew the code.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from desktop_migrator.errors import KitCodeWrong, VaultError
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.sealed_note import seal_note, unseal_note

_KIND = "kit-login"
_DIGITS = 20
_GROUP = 4


class KitLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user_id: str
    """The person's id in the app."""
    person: str
    """The same as the desk named them: their e-mail address, where the plan looks people up."""
    expires: datetime
    password: str

    def __repr__(self) -> str:
        return f"KitLogin({self.user_id!r})"


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    login: KitLogin
    digest: bytes


@dataclass(frozen=True, slots=True)
class SealedLogin:
    sealed: bytes
    digest: bytes
    """SHA-256 of all else in the kit."""

    def open(self, code: str) -> KitLogin:
        """Takes about half a second. Raises KitCodeWrong."""
        digits = _digits(code)
        try:
            note = unseal_note(_KIND, self.sealed, Passphrase(digits or code or "-"))
            found = msgspec.json.decode(note, type=_Sealed)
        except (VaultError, msgspec.DecodeError, UnicodeDecodeError):
            raise KitCodeWrong from None
        if found.digest != self.digest:
            raise KitCodeWrong
        return found.login


def new_code() -> str:
    """20 random digits, in groups as they are read out."""
    digits = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    return " ".join(digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP))


def seal_login(login: KitLogin, code: str, digest: bytes) -> bytes:
    note = msgspec.json.encode(_Sealed(login, digest))
    return seal_note(_KIND, note, Passphrase(_digits(code)))


def _digits(code: str) -> str:
    """However they are parted, and in whatever script's digits they are typed."""
    return "".join(str(int(letter)) for letter in code if letter.isdecimal())
