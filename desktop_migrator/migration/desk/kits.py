"""Kits: what a support desk gives its users, in one signed file.

A kit (`*.dmkit`) is a JSON document of two layers: `payload`, the Base64 of the inner document,
and who signed exactly those bytes. The inner one holds the plan, where data goes (never a
password), the key that captures are sealed for, and the desk's own words. Whose kit it is shows
before anything in it is used; a desk once accepted is known by its key from then on.
"""

import json
import re
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
from desktop_migrator.migration.program.update_channel import (
    UpdateChannel,
    is_update_address,
)
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import MAX_PLAN_BYTES, Plan, parse_plan
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.system.files import write_private
from desktop_migrator.vault.keys import PublicKey
from desktop_migrator.vault.signatures import SigningKey, VerifyKey

SUFFIX = ".dmkit"
_MAX_KIT_BYTES = 4 << 20
_SIGNING_KEY = "kit-signing-key"
_FIELD_IN_MESSAGE = re.compile(r"`(?:\$\.)?(\w+)[^`]*`")
"""A field in msgspec's messages."""

_INVISIBLE = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"  # and what turns a line around
_Line = Annotated[str, Meta(max_length=200, pattern=f"^[^{_INVISIBLE}]*$")]
_Text = Annotated[str, Meta(max_length=10_000)]


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
    """Signed by a new key in the name of a desk that is known by another one."""
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Kit:
    owner: str
    """Whose kit it is, as it says itself; `signature` says how far that is to be believed."""
    contact: str
    message: str
    database: str | None
    """The URL without password: who, where, and how it is encrypted."""
    recipient: PublicKey | None
    """Whom captures are sealed for."""
    plan: Plan
    plan_text: str
    made: datetime
    signature: SignatureStatus
    fingerprint: str | None
    """Of the key that signed it."""
    updates: UpdateChannel | None = None
    """Where its desk announces newer versions of the program."""

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
    recipient: PublicKey | None = None,
    contact: str = "",
    message: str = "",
    updates: str | None = None,
    key: SigningKey | None = None,
) -> None:
    """Write a kit; without `key` an unsigned one. Raises BadKit, PlanError and BadDatabaseUrl."""
    parse_plan(plan_text.encode(), path)
    payload = _Payload(
        version=1,
        owner=owner,
        contact=contact,
        message=message,
        database=_shareable_address(database) if database else None,
        recipient=recipient.to_text() if recipient else None,
        plan=plan_text,
        made=datetime.now(UTC),
        updates=updates,
    )
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
        path.write_bytes(msgspec.json.encode(envelope))
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
    signature, fingerprint, signer = SignatureStatus.UNSIGNED, None, None
    payload = _read_payload(envelope.payload, path)
    if envelope.signer is not None or envelope.signature is not None:
        try:
            signer = VerifyKey(envelope.signer or b"")
        except BadKey:
            raise KitChanged(path=path, owner=payload.owner) from None
        if not signer.verifies(envelope.signature or b"", envelope.payload):
            raise KitChanged(path=path, owner=payload.owner)
        fingerprint = signer.fingerprint
        signature = _signature_status(workspace, payload.owner, signer)
    try:
        recipient = PublicKey.from_text(payload.recipient) if payload.recipient else None
        database = _shareable_address(payload.database) if payload.database else None
    except (BadKey, BadDatabaseUrl) as error:
        raise BadKit(path=path, reason=error.detail) from None
    return Kit(
        owner=payload.owner,
        contact=payload.contact,
        message=payload.message,
        database=database,
        recipient=recipient,
        plan=parse_plan(payload.plan.encode(), path),
        plan_text=payload.plan,
        made=payload.made,
        signature=signature,
        fingerprint=fingerprint,
        updates=_update_channel(payload, signer, path),
    )


def trust_desk(kit: Kit, workspace: Workspace) -> None:
    """Know the kit's desk by its key from now on. An unsigned kit leaves nothing to know it by."""
    if kit.fingerprint is None:
        return
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


def _shareable_address(database: str) -> str:
    """Of a URL what may stand in a kit, whoever made it. Raises BadDatabaseUrl."""
    shown = without_password(database)
    mode = None if database == BUILTIN else Address(database).parameters.get("sslmode")
    return f"{shown}{'&' if '?' in shown else '?'}sslmode={mode}" if mode else shown


def _trusted_desks(workspace: Workspace) -> dict[str, str]:
    """Fingerprint -> the owner's name when it was accepted; a damaged file knows nobody."""
    try:
        return msgspec.json.decode(workspace.known_desks.read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _signature_status(workspace: Workspace, owner: str, signer: VerifyKey) -> SignatureStatus:
    known = _trusted_desks(workspace)
    if known.get(signer.fingerprint) == owner:
        return SignatureStatus.KNOWN
    return SignatureStatus.OTHER_KEY if owner in known.values() else SignatureStatus.NEW


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
