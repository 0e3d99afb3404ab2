"""What a plan has the database told of whose rows a session works on, as policies ask it."""

import json
from typing import Any

from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_texts import USER


def session_settings(plan: Plan, user_id: str) -> dict[str, str]:
    """The settings' texts by their names, with the person's id where the plan says `$user`."""
    return {
        name: filled if isinstance(filled := _filled(value, user_id), str) else json.dumps(filled)
        for name, value in plan.session.items()
    }


def _filled(value: Any, user_id: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, user_id) for name, each in value.items()}
    return user_id if value == USER else value
