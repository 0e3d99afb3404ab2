"""What inferring a plan gives: the plan, its text, and every guess with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_migrator.messages import Message
from desktop_migrator.plan.schema import Plan


class Confidence(StrEnum):
    SURE = "sure"
    """All that was seen says so, and it is hardly anything else."""
    LIKELY = "likely"
    DOUBTFUL = "doubtful"
    """A person should look at it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One decision. It holds names and counts, no value."""

    place: str
    """Of the plan: `entities.notes.columns.title`, `ignore`."""
    what: Message
    evidence: Mapping[str, int] = field(default_factory=dict)
    """Counts by what was counted: `items`, `present`, `distinct` …"""
    confidence: Confidence = Confidence.LIKELY


@dataclass(frozen=True, slots=True)
class DraftedEntity:
    """What a kind of item comes to, in numbers."""

    name: str
    table: str
    items: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InferredPlan:
    text: str
    """TOML, with comments that explain each guess."""
    plan: Plan
    guesses: tuple[Guess, ...]
    entities: tuple[DraftedEntity, ...]
    """Without the one for everything else."""
    records: int
    """Records looked at."""
    records_left: int
    """Those that nothing but the entity for everything else takes, or nothing at all."""
