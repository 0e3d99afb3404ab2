"""Which texts log somebody in, by their own look or by the name of the member that holds them.

By their look alone:

- JSON Web Tokens (RFC 7519: base64url parts, the first a JSON object, hence `eyJ`; JWE, RFC 7516,
  has five), PASETO tokens, both with `Bearer` before them too (RFC 6750),
- private keys (PEM, RFC 7468; NEAR's `ed25519:` and 64 bytes in base58),
- tokens with their makers' prefixes.

By their member's name:

- what OAuth 2.0, OpenID Connect and PKCE (RFC 7636) name so: any text,
- other usual names of tokens and keys: a text that looks random,
- passwords: a text that is no label for one.

Names are compared without regard to case and to how their words are joined.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from desktop_migrator.model import normalize_name
from desktop_migrator.plan.envelope import is_protected
from desktop_migrator.plan.sensitive import REDACTED


class SecretKind(StrEnum):
    PRIVATE_KEY = "private key"
    JWT = "JSON Web Token"
    ACCESS = "access token"
    NAMED = "password or key"
    EMAIL = "e-mail address"
    CARD = "card number"


MAX_TEXT_LENGTH = 20_000
"""Characters of a text that are looked at for tokens inside it."""

PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY-----")
WEB_TOKEN_INSIDE = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,4096}\.eyJ[\w-]{2,8192}\.[\w-]{16,2048}(?![\w-])", re.ASCII
)
ACCESS_TOKEN_INSIDE = re.compile(
    r"(?<![\w-])(?:"
    r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255}"  # GitHub
    r"|glpat-[\w-]{20,64}"  # GitLab
    r"|xox[abposr]-[A-Za-z0-9-]{20,255}"  # Slack
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{20,255}"  # Stripe
    r"|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,255}"  # OpenAI, Anthropic
    r"|A(?:KIA|SIA)[A-Z2-7]{16}"  # AWS
    r"|AIza[\w-]{35}|ya29\.[\w-]{30,500}"  # Google
    r"|npm_[A-Za-z0-9]{36}|pypi-AgEI[\w-]{50,500}|hf_[A-Za-z0-9]{30,64}"
    r"|SG\.[\w-]{22}\.[\w-]{43}"  # SendGrid
    r")(?![\w-])",
    re.ASCII,
)
_SCHEME = re.compile(r"(?:bearer|dpop|token|jwt|basic|api-?key)\s+(?=\S)", re.IGNORECASE)
_WEB_TOKEN = re.compile(
    r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*|eyJ[\w-]{10,}(?:\.[\w-]*){4}"
    r"|v[1-4]\.(?:local|public)\.[\w-]{20,}(?:\.[\w-]*)?",
    re.ASCII,
)
_WHOLE = (
    (SecretKind.JWT, _WEB_TOKEN),
    (SecretKind.PRIVATE_KEY, re.compile(r"ed25519:[1-9A-HJ-NP-Za-km-z]{80,90}")),
    (SecretKind.ACCESS, ACCESS_TOKEN_INSIDE),
)
MIN_TOKEN_LENGTH = 16

_OAUTH_NAMES = frozenset(
    (
        *("accesstoken", "refreshtoken", "idtoken", "providertoken", "providerrefreshtoken"),
        *("codeverifier", "pkcecodeverifier", "oauthtoken", "oauthtokensecret"),
        *("oauth2accesstoken", "oauth2refreshtoken", "xaccesstoken", "xrefreshtoken"),
    )
)
VERIFIER_NAMES = frozenset(("codeverifier", "pkcecodeverifier"))
TRANSACTION_NAMES = frozenset(("nonce", "state"))
"""What belongs to a login under way, beside a code verifier."""
_TOKEN_NAMES = frozenset(
    f"{prefix}{kind}"
    for prefix in (
        *("", "access", "api", "auth", "authentication", "authorization", "bearer", "csrf", "id"),
        *("jwt", "login", "oauth", "refresh", "session", "sso", "user", "xsrf"),
        *("xapi", "xauth", "xcsrf", "xxsrf", "xuser"),
    )
    for kind in ("token", "jwt")
) | {
    *("jwt", "accesstokens", "bearer", "sessionkey", "sessionsecret"),
    *("authcode", "authkey", "personalaccesstoken"),
}
_WEAK_NAMES = frozenset(("session", "sessionid", "sid", "access", "refresh", "secret"))
"""In lists of data they are as often references to something else."""
_KEY_NAMES = frozenset(
    (
        *("apikey", "xapikey", "apisecret", "appsecret", "clientsecret", "consumersecret"),
        *("secretkey", "secretaccesskey", "awssecretaccesskey", "accesskey", "privatekey"),
        *("webhooksecret", "randompasswordkey"),
    )
)
_SUFFIXES = (
    *("accesstoken", "refreshtoken", "authtoken", "sessiontoken", "bearertoken", "usertoken"),
    *("jwt", "apikey", "secretkey", "clientsecret", "privatekey"),
)
"""Ends of names that an app or a service precedes, as in `spotifyRefreshToken`."""
_PASSWORD_NAMES = frozenset(
    f"{owner}{what}"
    for owner in ("", "user", "current", "new", "old", "master", "login", "account", "db")
    for what in ("password", "passwd", "passphrase", "pwd")
)
_HEADER_NAMES = frozenset(("authorization", "proxyauthorization"))
_COOKIE_NAMES = frozenset(("cookie", "cookies", "setcookie"))
_COOKIE = re.compile(r"[\w.-]+=[^;,\s]{8,}")
_MAX_NAME_LENGTH = 40

_ONE_WORD = re.compile(r"[A-Za-z0-9._~+/=:%|@!$*-]{16,}")
_NO_TOKEN = re.compile(
    r"[a-z][a-z0-9+.-]*://|data:|[0-9]{4}-[0-9]{2}-[0-9]{2}T|[^@]+@[\w.-]+\.[a-z]+$"
    r"|\.{1,2}/|/[\w.-]{1,20}/",
    re.ASCII,
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_PART = re.compile(r"[A-Za-z0-9]+")
_WORDS = re.compile(r"([A-Za-z]*)[0-9]{0,4}")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MEAN_WORD_LENGTH = 3
"""Names' words are longer; runs of one case in random letters are shorter."""
_LABEL = re.compile(r"[^\W\d_]+[ :*?!.…]*")


def plain_name(name: str) -> str:
    """The name as it is compared; empty for one too long to be any."""
    return _plain_name(name) if len(name) <= _MAX_NAME_LENGTH else ""


@lru_cache(2048)
def _plain_name(name: str) -> str:
    return "".join(character for character in normalize_name(name) if character.isalnum())


def is_secret_name(plain: str) -> bool:
    """Whether a member of this plain name may be one for its name."""
    return plain in _KINDS_BY_NAME or plain.endswith(_SUFFIXES)


def login_kind(text: str, plain: str = "", *, is_in_table: bool = False) -> SecretKind | None:
    """What logs somebody in with the text of a member of this plain name, if it does.

    `is_in_table`: it belongs to one of several items of the same shape.
    """
    if not text or is_protected(text) or text == REDACTED:
        return None
    return _kind_by_look(text) or (
        _kind_by_name(text, plain, is_in_table=is_in_table) if plain else None
    )


def looks_random(text: str) -> bool:
    """Whether a text is one long word of random letters and digits, as tokens are."""
    if not _ONE_WORD.fullmatch(text) or _NO_TOKEN.match(text):
        return False
    return any(map(str.isalpha, text)) and not is_of_words(text)


def is_of_words(text: str) -> bool:
    """Whether a text's parts are words and short numbers, as in `color-primary-500`."""
    return all(map(_is_words, _PART.findall(text)))


def _is_words(part: str) -> bool:
    words = _WORDS.fullmatch(part)
    if words is None:
        return False
    letters = words[1]
    return len(letters) < 8 or len(letters) >= _MEAN_WORD_LENGTH * len(_WORD.findall(letters))


def _kind_by_look(text: str) -> SecretKind | None:
    if len(text) < MIN_TOKEN_LENGTH:
        return None
    scheme = _SCHEME.match(text)
    if scheme:
        rest = text[scheme.end() :].strip()
        return _kind_by_look(rest) or (SecretKind.ACCESS if looks_random(rest) else None)
    if PRIVATE_KEY.match(text):
        return SecretKind.PRIVATE_KEY
    return next((kind for kind, pattern in _WHOLE if pattern.fullmatch(text)), None)


def _kind_by_name(text: str, plain: str, *, is_in_table: bool) -> SecretKind | None:
    if plain in _WEAK_NAMES and (is_in_table or _UUID.fullmatch(text)):
        return None
    kind, fits = _KINDS_BY_NAME.get(plain, (SecretKind.ACCESS, looks_random))
    return kind if is_secret_name(plain) and fits(text) else None


def _is_header(text: str) -> bool:
    return _SCHEME.match(text) is not None or looks_random(text)


def _is_password(text: str) -> bool:
    """Not a label, nor a translation of one, nor dots that stand for one."""
    return (
        6 <= len(text) <= 200
        and not any(map(str.isspace, text))
        and len(set(text)) > 2
        and _LABEL.fullmatch(text) is None
    )


_KINDS_BY_NAME: dict[str, tuple[SecretKind, Callable[[str], bool]]] = {
    name: (kind, fits)
    for names, kind, fits in (
        (_KEY_NAMES, SecretKind.NAMED, looks_random),
        (_TOKEN_NAMES | _WEAK_NAMES, SecretKind.ACCESS, looks_random),
        (_OAUTH_NAMES, SecretKind.ACCESS, lambda text: " " not in text),
        (_PASSWORD_NAMES, SecretKind.NAMED, _is_password),
        (_COOKIE_NAMES, SecretKind.ACCESS, lambda text: _COOKIE.match(text) is not None),
        (_HEADER_NAMES, SecretKind.ACCESS, _is_header),
    )
    for name in names
}
"""What a member of a name is, if its text fits; of equal names the last counts."""
