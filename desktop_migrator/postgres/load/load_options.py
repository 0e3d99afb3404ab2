"""How a run loads: the same for one process and for each of several."""

from dataclasses import dataclass

from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres.connection.retry import NO_RETRY, RetryPolicy
from desktop_migrator.postgres.load.batches import DEFAULT_LIMITS, BatchLimits
from desktop_migrator.postgres.load.checkpoint import UNSTRIPED, SequenceStripe
from desktop_migrator.postgres.run_lock.run_lock import Fence


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Can be sent to another process."""

    run: str
    """Its id; the run stands in the bookkeeping."""
    user_id: str
    """Whose the rows are, as the app's database spells it."""
    policy: ConflictPolicy
    limits: BatchLimits = DEFAULT_LIMITS
    keep_going: bool = True
    """Whether a rejection leaves the other items be; else the chunk with it fails."""
    dry_run: bool = False
    """All happens in the caller's transaction, which rolls it back."""
    resume: bool = False
    """Go on where the run stands."""
    pause: float = 0.0
    """Seconds between two chunks."""
    fence: Fence | None = None
    """Refuses to write once the run's lock is another's."""
    retry_policy: RetryPolicy = NO_RETRY
    """For what fails for a passing reason."""
    stripe: SequenceStripe = UNSTRIPED
    """For one of several loaders that share a run and no item."""
