"""Where newer versions are announced, and whose word counts there.

A kit names an address, and the key that it is signed with is that of its announcements; the makers
of a copy may name one of their own in `resources/updates.json`.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from desktop_migrator.errors import UpdatesUnknown
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.signatures import VerifyKey

MAKERS = "updates.json"
"""The resource, where there is one."""

Url = Annotated[str, Meta(max_length=2000, pattern=r"^https://[!-~]+$")]


class _Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Url
    signer: bytes


@dataclass(frozen=True, slots=True)
class UpdateChannel:
    address: str
    signer: VerifyKey
    """Whose signature counts there."""


def is_update_address(address: str) -> bool:
    """Whether announcements may lie there: https, a host, no user or password."""
    try:
        parts = urlsplit(address)
        return (
            parts.scheme == "https"
            and bool(parts.hostname)
            and parts.username is None
            and all("!" <= letter <= "~" for letter in address)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def makers_channel() -> UpdateChannel:
    """What the makers of this copy have named. Raises UpdatesUnknown."""
    file = resource(MAKERS)
    if not file.is_file():
        raise UpdatesUnknown
    named = msgspec.json.decode(file.read_bytes(), type=_Channel)
    return UpdateChannel(named.address, VerifyKey(named.signer))
