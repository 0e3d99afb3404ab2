"""Placeholder until the decoders arrive."""

from collections.abc import Sequence

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, SetAside
from desktop_migrator.plan.json_text import escape_json
from desktop_migrator.plan.unwrap import UNWRAPPERS

ANY = "any"
DECODERS: dict[str, Decoder] = {n: None for n in UNWRAPPERS if n != "bare"}  # type: ignore


class DecodeChain:
    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.inside: tuple[str, ...] | None = ("state",) if self.names == ("zustand",) else ()

    def decode(self, text: str, context: DecodeContext) -> Raw | SetAside | None:
        value = Raw(escape_json(text))
        for n in self.names:
            v = UNWRAPPERS[n](bytes(value))
            if v is None:
                return None
            value = v
        return value
