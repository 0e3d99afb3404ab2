"""A reporter that keeps what it was told, to be looked at."""

from desktop_migrator.messages import Message
from desktop_migrator.model import Rejection
from desktop_migrator.reporter import NullReporter, Stage


class RecordingReporter(NullReporter):
    """Keeps what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: list[Stage] = []
        self.progress: list[tuple[Stage, int, int | None]] = []
        self.rejections: list[Rejection] = []
        self.warnings: list[Message] = []

    def started(self, stage: Stage, total: int | None) -> None:
        self.stages.append(stage)
        self.advanced(stage, 0, total)

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        self.progress.append((stage, current, total))

    def rejected(self, rejection: Rejection) -> None:
        self.rejections.append(rejection)

    def warned(self, message: Message) -> None:
        self.warnings.append(message)
