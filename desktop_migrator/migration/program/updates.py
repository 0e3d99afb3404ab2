"""Whether there is a newer version; looked up only when somebody asks.

What lies at a channel's address is JSON of two layers, as kits are: `payload`, and who signed
exactly those bytes. It names a version and a page; nothing is downloaded or installed.
"""

import ssl
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Literal
from urllib.error import HTTPError, URLError

import msgspec
from msgspec import Meta

from desktop_migrator import __version__
from desktop_migrator.errors import (
    UpdateOutdated,
    UpdateUnreachable,
    UpdateUntrusted,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.program.update_channel import (
    UpdateChannel,
    Url,
    is_update_address,
)
from desktop_migrator.system.files import os_error_reason
from desktop_migrator.vault.signatures import SigningKey

_MAX_BYTES = 64 * 1024
_TIMEOUT, _DEADLINE = 10.0, 30.0
"""Seconds for an answer of the server, and for all of them."""

_Version = Annotated[str, Meta(max_length=30, pattern=r"^\d+\.\d+\.\d+$")]
_Time = Annotated[datetime, Meta(tz=True)]
_Notes = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    program: Literal["desktop-migrator"]
    version: _Version
    page: Url
    notes: _Notes
    made: _Time
    valid_until: _Time


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    update: Literal["desktop-migrator-update"]
    payload: bytes
    signer: bytes | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    version: str
    page: str
    """Where a person gets it: an https address."""
    notes: str
    made: datetime
    newer: bool
    """Than the program that runs."""


def announce(
    path: Path, key: SigningKey, *, version: str, page: str, notes: str = "", days: int = 90
) -> None:
    """Write an announcement to be put where a channel looks, valid for so many days.

    Raises UsageError.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    payload = msgspec.json.encode(
        _Payload(
            format=1,
            program="desktop-migrator",
            version=version,
            page=page,
            notes=notes,
            made=now,
            valid_until=now + timedelta(days=days),
        )
    )
    try:
        msgspec.json.decode(payload, type=_Payload)  # what could not be read is not made
        path.write_bytes(
            msgspec.json.encode(
                _Envelope("desktop-migrator-update", payload, key.verify_key.raw, key.sign(payload))
            )
        )
    except msgspec.ValidationError:
        raise UsageError(
            reason=Message(
                "A version has three numbers, a page an https address, notes 2000 letters at most."
            )
        ) from None
    except OSError as error:
        reason = Message(
            "{path} cannot be written: {error}.", path=str(path), error=os_error_reason(error)
        )
        raise UsageError(reason=reason) from None


def check_for_update(channel: UpdateChannel) -> Announcement:
    """Ask once. Raises UpdateUnreachable, UpdateUntrusted and UpdateOutdated."""
    payload = _verified(_fetch(channel.address), channel)
    if payload.valid_until < datetime.now(UTC):
        raise UpdateOutdated(address=channel.address, until=f"{payload.valid_until:%Y-%m-%d}")
    return Announcement(
        version=payload.version,
        page=payload.page,
        notes=payload.notes,
        made=payload.made,
        newer=_numbers(payload.version) > _numbers(__version__),
    )


def _verified(data: bytes, channel: UpdateChannel) -> _Payload:
    """What the channel's key has signed, and nothing else."""

    def untrusted(reason: Message) -> UpdateUntrusted:
        return UpdateUntrusted(address=channel.address, reason=reason)

    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise untrusted(Message("It does not look as announcements do.")) from None
    if envelope.signer is None or envelope.signature is None:
        raise untrusted(Message("Nobody has signed it."))
    if envelope.signer != channel.signer.raw:
        raise untrusted(Message("Somebody else has signed it."))
    if not channel.signer.verifies(envelope.signature, envelope.payload):
        raise untrusted(Message("It was changed after it was signed."))
    try:
        return msgspec.json.decode(envelope.payload, type=_Payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise untrusted(Message("It is not about this program, or for a newer one.")) from None


def _fetch(address: str) -> bytes:
    """Over https alone, as far as a redirection too: none is followed."""

    def unreachable(reason: Message | str) -> UpdateUnreachable:
        return UpdateUnreachable(address=address, reason=reason)

    if not is_update_address(address):
        raise unreachable(Message("It is no https address."))
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    deadline = time.monotonic() + _DEADLINE
    try:
        with opener.open(address, timeout=_TIMEOUT) as response:
            data = b""
            while part := response.read1(_MAX_BYTES):
                data += part
                if len(data) > _MAX_BYTES:
                    raise unreachable(
                        Message("It is larger than {limit} KiB.", limit=_MAX_BYTES // 1024)
                    )
                if time.monotonic() > deadline:
                    raise unreachable(Message("It takes too long."))
            return data
    except HTTPError as error:
        raise unreachable(
            Message("The server answers with code {code}.", code=error.code)
        ) from None
    except URLError as error:
        raise unreachable(_network_reason(error.reason)) from None
    except (OSError, HTTPException) as error:
        raise unreachable(_network_reason(error)) from None


def _network_reason(error: object) -> Message | str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Message(
            "The server cannot prove that it is the right one: {reason}.",
            reason=error.verify_message,
        )
    if isinstance(error, TimeoutError):
        return Message("It does not answer in time.")
    return os_error_reason(error) if isinstance(error, OSError) else type(error).__name__


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
