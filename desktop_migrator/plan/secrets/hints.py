"""A quick look at a record's bytes, which most records pass: nothing in them can be a login.

It may be wrong in one direction only: what `recognise` and `readings` would find has a hint here.
"""

import re

_STARTS = re.compile(
    rb'"(?:e[yw][A-Za-z]|W[13y][sJA-Z]|ZXl|JT[dI]|In[st]|base64-|%(?:7[Bb]|5[Bb]|22)'  # encodings
    rb"|N[4o][A-Za-z]|[\xe1-\xef][\x80-\xbf]|\xe2\x90\x9b"  # lz-string's forms
    rb"|v[1-4]\.[lp]|[Bb][Aa][Ss][Ii][Cc]\s|[Dd][Pp][Oo][Pp]\s"
    rb"|gh[pousr]_|github_pat_|glpat-|xox[abposr]-|[rs]k_[lt]|sk-|A[KSI][IKz][Aa]"
    rb"|ya29\.|npm_|pypi-|hf_|SG\.)"
)
"""What a text begins with that encodes something, or has a maker's prefix."""


def may_hold_login(data: bytes) -> bool:
    """Whether JSON with a login in it could look so.

    Names are looked for by a part of them; a letter of a name may be written as `\\u0074`.
    """
    text = data.lower()
    return (
        b"token" in text
        or b"auth" in text
        or b"eyj" in text
        or b"jwt" in text
        or b"secret" in text
        or b"passw" in text
        or b"passp" in text
        or b"pwd" in text
        or b"session" in text
        or b"sid" in text
        or b"access" in text
        or b"refresh" in text
        or b"bearer" in text
        or b"api" in text
        or b"signing" in text
        or b"encryption" in text
        or b"service" in text
        or b"verifier" in text
        or b"cookie" in text
        or b"credential" in text
        or b"private" in text
        or b"ed25519:" in text
        or b"signature" in text
        or b"\\u00" in text
        or _STARTS.search(data) is not None
    )
