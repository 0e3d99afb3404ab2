"""What people are told for the engine's words that several commands show."""

from desktop_migrator.messages import N_
from desktop_migrator.model import Outcome
from desktop_migrator.plan.secrets.recognise import SecretKind

COUNTS = {
    "items": N_("Items"),
    "inserted": N_("New"),
    "updated": N_("Replaced"),
    "unchanged": N_("Same"),
    "skipped": N_("Kept"),
    "superseded": N_("Superseded"),
    "rejected": N_("Rejected"),
}
"""What became of items, by the fields of `Counts`."""

SKIP_REASONS = {
    "other-site": N_("of other web sites"),
    "partitioned": N_("framed in other web sites"),
    "container": N_("in containers of Firefox"),
    "cache": N_("caches"),
    "secret": N_("login tokens and other secrets"),
    "excluded": N_("of kinds not asked for"),
    "out-of-range": N_("items of another time"),
    "left-out": N_("items that were left out"),
    "empty": N_("empty"),
    "unmatched": N_("that the plan does not name"),
    "expired": N_("expired"),
    "tombstone": N_("deleted by the app"),
    "index": N_("lists of other records"),
    "metadata": N_("a library's own notes"),
    "lost-by-app": N_("lost by the app, which wrote [object Object]"),
}
"""Why records stay in the browser."""

SECRET_KINDS: dict[str, str] = {
    SecretKind.PRIVATE_KEY: N_("private key"),
    SecretKind.JWT: N_("JSON Web Token"),
    SecretKind.ACCESS: N_("access token"),
    SecretKind.NAMED: N_("password or key"),
    SecretKind.EMAIL: N_("e-mail address"),
    SecretKind.CARD: N_("card number"),
}

_OUTCOMES: dict[str, str] = {
    Outcome.COMPLETED: N_("completed"),
    Outcome.ROLLED_BACK: N_("rolled back"),
    Outcome.FAILED: N_("failed"),
    Outcome.DRY_RUN: N_("dry run"),
    Outcome.CANCELLED: N_("cancelled"),
    "undone": N_("undone"),
}


def outcome_label(outcome: str | None) -> str:
    """Of a run, as the bookkeeping and the catalog keep it; None: it has not ended."""
    return N_("cut off") if outcome is None else _OUTCOMES.get(outcome, outcome)
