"""Which key protects sensitive fields, and which opens what was protected: docs/sensitive.md."""

from pathlib import Path

from desktop_migrator.errors import BadKey
from desktop_migrator.plan.envelope import FieldKey

_LONGEST = 200


def read_field_key(path: Path | None) -> FieldKey | None:
    """The key in a file that somebody gives. Raises BadKey."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("ascii")
        return FieldKey.from_text(text)
    except OSError as error:
        raise BadKey(reason=f"{path}: {error.strerror}") from None
    except ValueError:
        raise BadKey(reason=f"{path} holds no key of sensitive fields.") from None
