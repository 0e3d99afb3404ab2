"""Which records and members hold what logs somebody in, or is secret in another way.

Beyond what a run itself finds, what lies in encoded values and under less usual names is found
here, since the person looks at the plan before it is used.
"""

import re
from collections.abc import Iterator

from msgspec import Raw

from desktop_migrator.model import normalize_name
from desktop_migrator.plan.detect import SecretKind, secret_kind
from desktop_migrator.plan.infer.naming import can_be_named, snake_case
from desktop_migrator.plan.json_text import as_list, as_object, as_string, encode
from desktop_migrator.plan.secrets.cut import cut_logins
from desktop_migrator.plan.secrets.recognise import is_of_words

_KINDS = (SecretKind.PRIVATE_KEY, SecretKind.JWT, SecretKind.ACCESS, SecretKind.NAMED)
_NAMES = frozenset(
    ("sessionid", "sid", "refresh", "jwt", "bearer", "authorization", "credential", "credentials",
     "codeverifier", "pkcecodeverifier", "verifier", "token", "authtoken", "secret")
)  # fmt: skip
_KEY_WORDS = frozenset(
    ("token", "secret", "verifier", "password", "passwd", "apikey", "keystore", "jwt",
     "accesstoken", "refreshtoken", "idtoken", "sessionid")
)  # fmt: skip
_SURE_NAMES = (
    "accesstoken", "refreshtoken", "githubtoken", "gitlabtoken", "authtoken", "bearertoken",
    "apikey", "secretkey", "privatekey", "clientsecret", "apitoken", "apisecret",
)  # fmt: skip
"""Nothing but a secret is called so, however it looks."""
_WORD = re.compile(r"[!-~]{6,}")
_OF_A_TOKEN = frozenset(("accesstoken", "refreshtoken", "idtoken"))
_TOKEN_LIKE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[!-~]{12,}")
_BEARER = re.compile(r"(?:bearer|basic)\s+[!-~]{12,}", re.IGNORECASE)
_HINTS = (
    b"token", b"secret", b"pass", b"key", b"jwt", b"eyj", b"bearer", b"basic ", b"auth", b"sid",
    b"session", b"refresh", b"verif", b"credential", b"private", b"ghp_", b"gho_", b"ghu_", b"ghs_",
    b"ghr_", b"github_", b"glpat-", b"xox", b"k_live", b"k_test", b"sk-", b"akia", b"asia", b"aiza",
    b"ya29", b"npm_", b"pypi-", b"hf_", b"sg.", b"\\\\u",
)  # fmt: skip
"""What occurs in the text of any value that holds a secret."""
_MAX_DEPTH = 10
_PAIR = 2
_MAX_VALUES = 20_000
_MAX_NAMED = 40


def secret_members(value: Raw) -> set[str]:
    """The names of members, at any depth, that hold a secret; empty for a list's own element."""
    found: set[str] = set()
    if not may_hold_secrets(bytes(value)):
        return found
    for number, (name, text) in enumerate(_texts("", value, _MAX_DEPTH)):
        if number > _MAX_VALUES or len(found) >= _MAX_NAMED:
            break
        if is_secret(name, text):
            found.add(name if can_be_named(name) and "." not in name and "*" not in name else "")
    return found


def may_hold_secrets(data: bytes) -> bool:
    """Whether a look at the JSON is worth while; much of it is looked at at once as well."""
    lowered = data.lower()
    return any(hint in lowered for hint in _HINTS)


def is_secret(name: str, text: str) -> bool:
    if secret_kind(text, name) in _KINDS or _BEARER.fullmatch(text):
        return True
    plain = normalize_name(name)
    if plain.endswith(_SURE_NAMES) and _WORD.fullmatch(text):
        return True
    if plain in _NAMES and _TOKEN_LIKE.fullmatch(text) and not is_of_words(text):
        return True
    return bool(name) and cut_logins(Raw(encode({name: text})), "").count > 0


def is_secret_record(key: str, text: str, value: Raw | None) -> bool:
    """Whether key and value, taken together, say that all of it is a secret."""
    words = set(snake_case(key, "").split("_")) | {
        normalize_name(part) for part in re.split(r"[|:.\s/]", key)
    }
    plain = (as_string(value) if value is not None else None) or text
    if words & _KEY_WORDS and _TOKEN_LIKE.fullmatch(plain) and plain[:1] not in ("{", "["):
        return True
    if words & _OF_A_TOKEN:
        return True
    members = None if value is None else as_object(value)
    if members and "value" in members and normalize_name(key).endswith(_SURE_NAMES):
        return True
    whole = as_string(value) if value is not None else text
    return whole is not None and len(whole) < _MAX_VALUES and is_secret("", whole)


def _texts(name: str, value: Raw, levels: int) -> Iterator[tuple[str, str]]:
    text = as_string(value)
    if text is not None:
        yield name, text
        return
    if not levels:
        return
    members = as_object(value)
    if members is not None:
        for inner, member in members.items():
            yield from _texts(inner, member, levels - 1)
        return
    elements = as_list(value) or []
    pair = elements if len(elements) == _PAIR else None
    first = as_string(pair[0]) if pair else None
    if pair and first is not None:  # a name and a value, without a member's name for rules
        for inner, text in _texts(first, pair[1], levels - 1):
            if is_secret(inner, text):
                yield "", text if is_secret("", text) else f"Bearer {text}"
            else:
                yield inner, text
        return
    for element in elements:
        yield from _texts(name, element, levels - 1)
