"""Decoders one after another, from a record's text to the JSON in which its items lie."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Raw

from desktop_migrator.plan.decode import (
    deflate,
    devalue,
    envelopes,
    expiring,
    flatted,
    javascript,
    localforage,
    lz_string,
    redux_persist,
    seroval,
    stores,
    superjson,
    tagged,
    text_forms,
)
from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    DecodeStep,
    SetAside,
    State,
    json_string,
)
from desktop_migrator.plan.json_text import as_value, escape_json, too_deep_error

ANY = "any"
"""Of plans, after decoders: also a text that is no JSON counts, as a JSON string."""

DECODERS: dict[str, Decoder] = {
    decoder.name: decoder
    for module in (
        text_forms,
        deflate,
        lz_string,
        envelopes,
        redux_persist,
        superjson,
        devalue,
        seroval,
        javascript,
        flatted,
        tagged,
        localforage,
        expiring,
        stores,
    )
    for decoder in module.DECODERS
}
"""By the name that plans give them."""


class DecodeChain:
    """The decoders of these names, in this order; with none, the text is plain JSON.

    Raises KeyError for a name that is no decoder's.
    """

    inside: tuple[str, ...] | None
    """Where in the record's own JSON the outcome lies; None if it is not there in the open."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._decoders = [DECODERS[name] for name in names]
        self._ends_as_text = bool(names) and names[-1] == "text"
        self.inside = ()
        for decoder in self._decoders:
            self.inside = (
                None
                if self.inside is None or decoder.inside is None
                else self.inside + decoder.inside
            )

    def decode(self, text: str, context: DecodeContext) -> Raw | SetAside | None:
        """The JSON in a record's text, in the escaped form; why there is none; or None if the text
        is not what these decoders read.

        Raises ItemRejected for what they recognise and cannot read as a whole.
        """
        state: State = text
        try:
            for decoder in self._decoders:
                following = decoder.step(state, context)
                if following is None or isinstance(following, SetAside):
                    return following
                state = following
            if isinstance(state, Raw):
                return state
            return json_string(state) if self._ends_as_text else as_value(escape_json(state))
        except RecursionError:
            raise too_deep_error() from None


def _unwrapper(step: DecodeStep) -> Callable[[bytes], Raw | None]:
    context = DecodeContext("", datetime(1970, 1, 1, tzinfo=UTC), lambda _key: None)

    def unwrap(data: bytes) -> Raw | None:
        found = step(Raw(data), context)
        return found if isinstance(found, Raw) else None

    return unwrap


UNWRAPPERS: dict[str, Callable[[bytes], Raw | None]] = {"bare": Raw} | {
    name: _unwrapper(DECODERS[name].step) for name in ("zustand", "redux-persist", "superjson")
}
"""What `EntitySource.unwrap` names."""
