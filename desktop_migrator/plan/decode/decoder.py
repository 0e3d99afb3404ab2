"""What a decoder takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Raw

State = str | Raw


@dataclass(frozen=True, slots=True)
class DecodeContext:
    key: str
    now: datetime
    companion: Callable[[str], str | None]


class SetAside(StrEnum):
    EXPIRED = "expired"
    TOMBSTONE = "tombstone"
    INDEX = "index"
    METADATA = "metadata"


DecodeStep = Callable[[State, DecodeContext], "State | SetAside | None"]


@dataclass(frozen=True, slots=True)
class Decoder:
    name: str
    step: DecodeStep
    inside: tuple[str, ...] | None = ()
