"""What people are told for the engine's words: counts, stages, outcomes and the like."""

from desktop_migrator.messages import N_
from desktop_migrator.migration.preview.preview_store import PreviewState
from desktop_migrator.model import Outcome
from desktop_migrator.plan.detect import SecretKind
from desktop_migrator.reporter import Stage

COUNTS = {
    "items": N_("Items"),
    "inserted": N_("New"),
    "updated": N_("Replaced"),
    "unchanged": N_("Same"),
    "skipped": N_("Kept"),
    "rejected": N_("Rejected"),
}
"""What became of items, by the fields of `Counts`."""

SKIP_REASONS = {
    "other-site": N_("of other web sites"),
    "partitioned": N_("framed in other web sites"),
    "cache": N_("caches"),
    "secret": N_("login tokens and other secrets"),
    "excluded": N_("of kinds not asked for"),
    "out-of-range": N_("items of another time"),
    "left-out": N_("items that were left out"),
    "empty": N_("empty"),
    "unmatched": N_("that the plan does not name"),
}
"""Why records stay in the browser."""

STAGES = {
    Stage.FIND: N_("Looking into browsers"),
    Stage.CHECK: N_("Checking every item"),
    Stage.PREVIEW: N_("Checking every item"),
    Stage.COMPARE: N_("Comparing with the database"),
    Stage.BACKUP: N_("Making the backup"),
    Stage.CAPTURE: N_("Writing the capture"),
    Stage.LOAD: N_("Moving the data"),
    Stage.VERIFY: N_("Checking what arrived"),
    Stage.CLEAR: N_("Clearing the browser"),
    Stage.RESTORE: N_("Putting back"),
    Stage.UNDO: N_("Taking back"),
}

_OUTCOMES: dict[str, str] = {
    Outcome.COMPLETED: N_("completed"),
    Outcome.ROLLED_BACK: N_("rolled back"),
    Outcome.FAILED: N_("failed"),
    Outcome.DRY_RUN: N_("dry run"),
    Outcome.CANCELLED: N_("cancelled"),
    "undone": N_("undone"),
}

PREVIEW_STATES = {
    PreviewState.FOUND: N_("can be moved"),
    PreviewState.NEW: N_("new"),
    PreviewState.SAME: N_("same"),
    PreviewState.DIFFERS: N_("differs"),
    PreviewState.REJECTED: N_("rejected"),
}

SECRET_KINDS = {
    SecretKind.PRIVATE_KEY: N_("private key"),
    SecretKind.JWT: N_("JSON Web Token"),
    SecretKind.ACCESS: N_("access token"),
    SecretKind.NAMED: N_("password or key"),
    SecretKind.EMAIL: N_("e-mail address"),
    SecretKind.CARD: N_("card number"),
}


def outcome_label(outcome: str | None) -> str:
    """Of a run, as the bookkeeping and the catalog keep it; None: it has not ended."""
    return N_("cut off") if outcome is None else _OUTCOMES.get(outcome, outcome)
