"""Kits: what a support desk gives its users, in one signed file.

A kit (`*.dmkit`) is a JSON document of two layers: `payload`, the Base64 of the inner document,
and who signed exactly those bytes. The inner one holds the plan, where data goes (never a
password that can be read), the key that captures are sealed for, and the desk's own words. Whose
kit it is shows before anything in it is used; a desk once accepted is known by its key from then
on. A personal kit holds a login too, sealed under a code (`kit_login`).
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from desktop_migrator.errors import BadDatabaseUrl, BadKey, BadKit, KitChanged
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.desk.kit_login import KitLogin, SealedLogin, seal_login
from desktop_migrator.migration.program.update_channel import (
    UpdateChannel,
    is_update_address,
)
from desktop_migrator.migration.wizard_options import KIT_SUFFIX
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace, keeping
from desktop_migrator.plan.schema import MAX_PLAN_BYTES, Plan, parse_plan
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.system.files import write_private, write_public
from desktop_migrator.vault.header import MAX_RECIPIENTS
from desktop_migrator.vault.keys import PublicKey
from desktop_migrator.vault.signatures import SigningKey, VerifyKey

SUFFIX = KIT_SUFFIX
_MAX_KIT_BYTES = 4 << 20
_SIGNING_KEY = "kit-signing-key"
_FIELD_IN_MESSAGE = re.compile(r"(?:field|at) `(?:\$\.)?(\w+)[^`]*`")
"""A field in msgspec's messages."""

# Control codes, what turns a line around, and what nobody sees in a name.
_INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000e0000-\U000e0fff"
)
_SHAREABLE = {"user", "password", "host", "port", "dbname", "sslmode"}
"""What a kit's address may say; the password goes, and TLS may only be verified in full."""
_Line = Annotated[str, Meta(max_length=200, pattern=f"^[^{_INVISIBLE}]*$")]
_Text = Annotated[str, Meta(max_length=10_000)]


_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u0454\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u026101",
    "abeekmhopctyxijsabeikvoptuxigol",
)
"""Small letters of other alphabets, and digits, that are drawn as Latin ones."""


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    version: Literal[1]
    owner: _Line
    contact: _Line
    message: _Text
    database: _Text | None
    recipient: _Text | None
    plan: Annotated[str, Meta(max_length=MAX_PLAN_BYTES)]
    made: datetime
    updates: _Line | None = None
    more_recipients: Annotated[list[_Text], Meta(max_length=MAX_RECIPIENTS - 1)] = []
    login: bytes | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of all but the login."""
        rest = msgspec.structs.replace(self, login=None)
        return hashlib.sha256(msgspec.json.encode(rest)).digest()


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    kit: Literal["desktop-migrator-kit"]
    payload: bytes
    signer: bytes | None = None
    signature: bytes | None = None


class SignatureStatus(StrEnum):
    """What a kit's signature says of it."""

    KNOWN = "known"
    """Signed by a desk that this person has accepted before."""
    NEW = "new"
    """Signed, by a key not met before."""
    OTHER_KEY = "other-key"
    """Signed by another key in the name, or what looks like the name, of a desk that is known."""
    RENAMED = "renamed"
    """Signed by the key of a known desk, which now has another name: `known_as` is the old one."""
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Kit:
    owner: str
    """Whose kit it is, as it says itself; `signature` says how far that is to be believed."""
    contact: str
    message: str
    database: str | None
    """The URL without password: who, where, and how it is encrypted."""
    recipients: tuple[PublicKey, ...]
    """Whom captures are sealed for: each of them can open them."""
    plan: Plan
    plan_text: str
    made: datetime
    signature: SignatureStatus
    fingerprint: str | None
    """Of the key that signed it."""
    known_as: str | None = None
    """The desk that is known by this key, or by a name like this one."""
    updates: UpdateChannel | None = None
    """Where its desk announces newer versions of the program."""
    login: SealedLogin | None = None
    """Of a personal kit: whoever has its code needs neither id nor password, nor to know the
    desk."""

    @property
    def trustworthy(self) -> bool:
        return self.signature is SignatureStatus.KNOWN


def signing_key(workspace: Workspace) -> SigningKey:
    """This desk's own, from the keyring; made at its first use. Raises KeyringUnusable."""
    kept = workspace.credentials.get(_SIGNING_KEY)
    if kept is not None:
        return SigningKey.from_text(kept)
    key = SigningKey.generate()
    workspace.credentials.set_persistent(_SIGNING_KEY, key.to_text())
    return key


def make_kit(
    path: Path,
    *,
    owner: str,
    plan_text: str,
    database: str | None = None,
    recipients: Sequence[PublicKey] = (),
    contact: str = "",
    message: str = "",
    updates: str | None = None,
    key: SigningKey | None = None,
    login: KitLogin | None = None,
    code: str = "",
) -> None:
    """Write a kit; without `key` an unsigned one, with a login one that the code opens.

    What lies there is replaced by a whole one only.

    Raises BadKit, PlanError and BadDatabaseUrl.
    """
    parse_plan(plan_text.encode(), path)
    payload = _Payload(
        version=1,
        owner=owner,
        contact=contact,
        message=message,
        database=shareable_address(database) if database else None,
        recipient=recipients[0].to_text() if recipients else None,
        plan=plan_text,
        made=datetime.now(UTC),
        updates=updates,
        more_recipients=[each.to_text() for each in recipients[1:]],
    )
    if login:
        sealed = seal_login(login, code, payload.digest)
        payload = msgspec.structs.replace(payload, login=sealed)
    inner = msgspec.json.encode(payload)
    _read_payload(inner, path)  # what could not be opened is not made
    _update_channel(payload, key.verify_key if key else None, path)
    envelope = _Envelope(
        kit="desktop-migrator-kit",
        payload=inner,
        signer=key.verify_key.raw if key else None,
        signature=key.sign(inner) if key else None,
    )
    try:
        write_public(path, msgspec.json.encode(envelope))
    except OSError as error:
        raise BadKit(
            path=path, reason=Message("It cannot be written: {error}.", error=error.strerror or "")
        ) from None


def open_kit(path: Path, workspace: Workspace) -> Kit:
    """Read a kit and say whose it is; nothing of it is used yet.

    Raises BadKit where it is none, KitChanged where its signature does not fit it, PlanError where
    its plan is not understood.
    """
    envelope = _read_envelope(path)
    signature, fingerprint, known_as = SignatureStatus.UNSIGNED, None, None
    signer = _verified_signer(envelope)
    payload = _read_payload(envelope.payload, path)
    if envelope.signer is not None or envelope.signature is not None:
        if signer is None:
            raise KitChanged(path=path, owner=payload.owner)
        fingerprint = signer.fingerprint
        signature, known_as = _signature_status(workspace, payload.owner, signer)
    try:
        named = [payload.recipient, *payload.more_recipients]
        recipients = tuple(PublicKey.from_text(each) for each in named if each)
        database = shareable_address(payload.database) if payload.database else None
    except (BadKey, BadDatabaseUrl) as error:
        raise BadKit(path=path, reason=error.detail) from None
    return Kit(
        owner=payload.owner,
        contact=payload.contact,
        message=payload.message,
        database=database,
        recipients=recipients,
        plan=parse_plan(payload.plan.encode(), path),
        plan_text=payload.plan,
        made=payload.made,
        signature=signature,
        fingerprint=fingerprint,
        updates=_update_channel(payload, signer, path),
        known_as=known_as,
        login=SealedLogin(payload.login, payload.digest) if payload.login else None,
    )


def trust_desk(kit: Kit, workspace: Workspace) -> None:
    """Know the kit's desk by its key from now on. An unsigned kit leaves nothing to know it by."""
    if kit.fingerprint is None:
        return
    with workspace.settings_lock(), keeping(workspace.known_desks):
        known = _trusted_desks(workspace) | {kit.fingerprint: kit.owner}
        write_private(workspace.known_desks, json.dumps(known, indent=1).encode())


def _update_channel(
    payload: _Payload, signer: VerifyKey | None, path: Path
) -> UpdateChannel | None:
    if payload.updates is None:
        return None
    if signer is None or not is_update_address(payload.updates):
        raise BadKit(
            path=path,
            reason=Message(
                "Newer versions can be announced at an https address alone, and by a signed kit."
            ),
        )
    return UpdateChannel(payload.updates, signer)


def shareable_address(database: str) -> str:
    """Of a URL what may stand in a kit, whoever made it. Raises BadDatabaseUrl.

    Whoever has saved a password for a server gives it to that server alone, and to nobody who
    listens: so nothing in a kit leads a known name elsewhere, or goes without TLS.
    """
    if database == BUILTIN:
        return database
    named = Address(database).parameters
    weaker = named.get("sslmode", "verify-full") != "verify-full"
    for name in sorted(named.keys() - _SHAREABLE) + ["sslmode"] * weaker:
        raise BadDatabaseUrl(
            reason=Message(
                "A kit's address has no {parameter}: it could lead users' passwords elsewhere, or "
                "into the open",
                parameter=name,
            )
        )
    return without_password(database)


def _trusted_desks(workspace: Workspace) -> dict[str, str]:
    """Fingerprint -> the owner's name when it was accepted; a damaged file knows nobody."""
    try:
        return msgspec.json.decode(workspace.known_desks.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _verified_signer(envelope: _Envelope) -> VerifyKey | None:
    """Who signed the payload, before anything in it is looked at; None if nobody has, rightly."""
    try:
        signer = VerifyKey(envelope.signer or b"")
    except BadKey:
        return None
    return signer if signer.verifies(envelope.signature or b"", envelope.payload) else None


def _signature_status(
    workspace: Workspace, owner: str, signer: VerifyKey
) -> tuple[SignatureStatus, str | None]:
    known = _trusted_desks(workspace)
    by_key = known.get(signer.fingerprint)
    if by_key == owner:
        return SignatureStatus.KNOWN, owner
    alike = [
        name
        for key, name in known.items()
        if key != signer.fingerprint and _look(name) == _look(owner)
    ]
    if alike:
        return SignatureStatus.OTHER_KEY, alike[0]
    return (SignatureStatus.NEW if by_key is None else SignatureStatus.RENAMED), by_key


def _look(name: str) -> str:
    """What of a name a hurried reader sees: its letters and digits, of whatever alphabet."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKALIKES)
    return "".join(letter for letter in plain if letter.isalnum())


def _read_envelope(path: Path) -> _Envelope:
    if path.exists() and not path.is_file():  # a pipe would have us wait for ever
        raise BadKit(path=path, reason=Message("It is no file."))
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_KIT_BYTES + 1)
    except OSError as error:
        raise BadKit(
            path=path, reason=Message("It cannot be read: {error}.", error=error.strerror or "")
        ) from None
    if len(data) > _MAX_KIT_BYTES:
        raise BadKit(
            path=path,
            reason=Message("It is larger than {limit} MiB.", limit=_MAX_KIT_BYTES >> 20),
        )
    try:
        return msgspec.json.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadKit(path=path, reason=Message("It does not look as kits do.")) from None


def _read_payload(data: bytes, path: Path) -> _Payload:
    try:
        return msgspec.json.decode(data, type=_Payload)
    except msgspec.ValidationError as error:
        place = _FIELD_IN_MESSAGE.search(str(error))
        named = place[1] if place else "version"
        raise BadKit(
            path=path, reason=Message("Its {named} is not as it should be.", named=named)
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadKit(path=path, reason=Message("It is damaged.")) from None
