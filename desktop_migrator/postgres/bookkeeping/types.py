"""Types of the bookkeeping's own."""

from typing import Any

from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType


class Image(UserDefinedType[str]):
    """A row as it was: `texts`, its columns by the server's own output; `state`, its xmin;
    `escaped`, the columns with escaped text, NULL where there are none."""

    cache_ok = True
    CREATE = "CREATE TYPE desktop_migrator.image AS (texts text[], state bigint, escaped text[])"

    def get_col_spec(self, **_: Any) -> str:
        return "desktop_migrator.image"


ischema_names["desktop_migrator.image"] = Image  # SQLAlchemy knows no composite types by itself
