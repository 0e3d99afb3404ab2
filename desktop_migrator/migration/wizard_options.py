"""What the wizard is opened with; told by the command line, which does not know it otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message

KIT_SUFFIX = ".dmkit"
CAPTURE_SUFFIX = ".dmcapture"


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardOptions:
    file: Path | None = None
    """A kit or a capture."""
    data_dir: Path | None = None
    plan: Path | None = None
    language: str | None = None
    """None: the system's."""
    demo: bool = False
    """On the sample profiles and the built-in database."""


OpenWizard = Callable[[WizardOptions], int]
"""Shows the window; returns the exit code once it is closed."""


def no_wizard(_: WizardOptions) -> int:
    """For callers that have none."""
    raise UsageError(reason=Message("There is no window here."))
