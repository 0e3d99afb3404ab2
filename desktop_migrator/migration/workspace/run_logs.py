"""The run logs that the support desk asks for: JSON lines without any value from user data."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from desktop_migrator.model import Outcome, Rejection, RunResult
from desktop_migrator.system.files import private_file


def write_run(folder: Path, result: RunResult) -> None:
    """Adds a finished run to the logs it belongs to."""
    outcome: dict[str, object] = {
        "run": result.run,
        "outcome": result.outcome,
        "counts": asdict(result.counts),
    }
    if result.error is None:
        _append(folder / "migration-success.log", [outcome | {"verified": result.verified}])
    else:
        _append(folder / "migration-errors.log", [outcome | {"code": result.error.code}])
    _append(
        folder / "migration-errors.log",
        (_rejection(result.run, rejection) for rejection in result.rejections),
    )
    if result.counts.conflicts:
        by_entity = {name: each.conflicts for name, each in result.by_entity.items()}
        _append(folder / "migration-conflicts.log", [{"run": result.run, "conflicts": by_entity}])
    if result.outcome in (Outcome.COMPLETED, Outcome.DRY_RUN):
        _append(
            folder / "migration-performance.log",
            [
                {
                    "run": result.run,
                    "items": result.counts.items,
                    "seconds": round(result.seconds, 3),
                    "items_per_second": round(result.items_per_second),
                    "peak_memory_mb": round(result.peak_memory_mb),
                }
            ],
        )


def _rejection(run: str | None, rejection: Rejection) -> dict[str, object]:
    return {"run": run, "entity": rejection.entity, "rejected": rejection.code}


def _append(path: Path, lines: Iterable[dict[str, object]]) -> None:
    now = datetime.now(UTC).isoformat()
    text = "".join(json.dumps({"at": now} | line) + "\n" for line in lines)
    if text:
        with private_file(path).open("a", encoding="utf-8") as log:
            log.write(text)
