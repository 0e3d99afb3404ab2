"""Decoders one after another, from a record's text to the JSON in which its items lie."""

from collections.abc import Sequence

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
    yjs,
)
from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
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
        yjs,
    )
    for decoder in module.DECODERS
}
"""By the name that plans give them."""


class DecodeChain:
    """The decoders of these names, in this order; with none, the text is plain JSON. `any` may
    stand at the end.

    Raises KeyError for a name that is no decoder's.
    """

    inside: tuple[str, ...] | None
    """Where in the record's own JSON the outcome lies; None if it is not there in the open."""

    def __init__(self, of: Sequence[str]) -> None:
        names = tuple(of)
        self.takes_any = names[-1:] == (ANY,)
        """Whether what is left may be a text that is no JSON."""
        self.names = names[:-1] if self.takes_any else names
        self._decoders = [DECODERS[name] for name in self.names]
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
            value = None if self._ends_as_text else as_value(escape_json(state))
            ends_as_text = self._ends_as_text or self.takes_any
            return json_string(state) if value is None and ends_as_text else value
        except RecursionError:
            raise too_deep_error() from None
