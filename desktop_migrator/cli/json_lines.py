"""JSON lines on standard output, for machines."""

import json
import sys
from typing import Any

from desktop_migrator.model import Item, Rejection


def write_json(value: object) -> None:
    """ASCII, so that lone surrogates come through any pipe exactly."""
    sys.stdout.write(json.dumps(value, default=str) + "\n")


def found_event(event: str, outcome: Item | Rejection) -> dict[str, Any]:
    """What became of an item, and where it was found."""
    source = outcome.source
    return {
        "event": event,
        "entity": outcome.entity,
        "source_id": outcome.source_id,
        "origin": source.storage_key.origin,
        "key": source.key,
        "position": source.position,
    }


def rejected_event(rejection: Rejection) -> dict[str, Any]:
    return found_event("rejected", rejection) | {
        "code": rejection.code,
        "reason": rejection.reason,
        "remedy": rejection.remedy,
    }
