"""A quick look at a record's text, which most records pass: nothing in them can be a login.

It may be wrong in one direction only: what `recognise` and `readings` would find has a hint here.
"""

import re

_STARTS = re.compile(
    # Their first characters, by which most texts are done with.
    r'"(?=[eWZJIbNSsvBDdngxrAyphm%\u1000-\uffff])'
    r"(?:e[yw][A-Za-z]|W[13y][sJA-Z]|ZXl|JT[dI]|In[st]|base64-|%(?:7[Bb]|5[Bb]|22)"  # encodings
    r"|N[4o][A-Za-z]|[\u1000-\uffff]"  # lz-string's forms
    r'|[Ss][Ii][Dd][\\"]|ed25519:|v[1-4]\.[lp]|[Bb][Aa][Ss][Ii][Cc]\s|[Dd][Pp][Oo][Pp]\s'
    r"|near-api-js:|msal\.|gh[pousr]_|github_pat_|glpat-|xox[abposr]-|[rs]k_[lt]|sk-|A[KSI][IKz][Aa]"
    r"|ya29\.|npm_|pypi-|hf_|SG\.)"
)
"""What a text begins with that encodes something, or has a maker's prefix."""
_ESCAPED_ASCII = re.compile(r"\\u00[2-7]")


def may_hold_login(json_text: str) -> bool:
    """Whether JSON with a login in it could look so.

    Names are looked for by a part of them; a letter of a name may be written as `\\u0074`.
    """
    text = json_text.lower()
    return (
        "token" in text
        or "auth" in text
        or "eyj" in text
        or "jwt" in text
        or "secret" in text
        or "pass" in text
        or "pwd" in text
        or "session" in text
        or "access" in text
        or "refresh" in text
        or "bearer" in text
        or "api" in text
        or "verifier" in text
        or "cookie" in text
        or "private" in text
        or ("\\u00" in text and _ESCAPED_ASCII.search(text) is not None)
        or _STARTS.search(json_text) is not None
    )
