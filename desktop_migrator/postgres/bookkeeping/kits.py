"""Which personal logins there are, and what has become of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy
from sqlalchemy import and_, func, or_, select

from desktop_migrator.postgres.bookkeeping.tables import SCHEMA, kits, runs


class KitState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KitEntry:
    role: str
    user_id: str
    person: str
    plan: str
    invited: datetime
    expires: datetime
    revoked: datetime | None
    expired: bool
    """By the server's clock."""
    last_run: datetime | None
    """When the person's last run since, by whomever, ended well."""

    @property
    def state(self) -> KitState:
        if self.revoked:
            return KitState.REVOKED
        return KitState.EXPIRED if self.expired else KitState.VALID


def list_kits(connection: sqlalchemy.Connection, person: str | None = None) -> list[KitEntry]:
    """All, or one person's by id or as the desk named them; the oldest first."""
    if not sqlalchemy.inspect(connection).has_table(kits.name, schema=SCHEMA):
        return []
    last_run = (
        select(func.max(runs.c.finished))
        .where(
            and_(
                runs.c.user_id == kits.c.user_id,
                runs.c.plan == kits.c.plan,
                runs.c.started >= kits.c.invited,
                runs.c.outcome == "completed",
                runs.c.undoes.is_(None),
            )
        )
        .scalar_subquery()
    )
    query = select(kits, kits.c.expires <= func.clock_timestamp(), last_run)
    if person is not None:
        named = func.lower(kits.c.person) == person.lower()
        query = query.where(or_(kits.c.user_id == person, named))
    rows = connection.execute(query.order_by(kits.c.invited, kits.c.role))
    return [KitEntry(*row) for row in rows]
