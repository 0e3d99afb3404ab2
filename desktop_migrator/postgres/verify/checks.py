"""One thing that was checked, what was found, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_migrator.messages import N_, NOTHING, Message


class CheckId(StrEnum):
    """What was checked; what people call it stands in `_LABELS`."""

    REACHED = "reached"
    ENCRYPTION = "encryption"
    VERSION = "version"
    POOLER = "pooler"
    LOGIN = "login"
    RIGHTS = "rights"
    WRITABLE = "writable"
    ENCODING = "encoding"
    TIME_ZONE = "time-zone"
    TABLE = "table"
    NEW_TABLES = "new-tables"
    TEMPORARY_TABLES = "temporary-tables"
    BOOKKEEPING = "bookkeeping"
    ELECTRIC = "electric"
    LOGICAL_REPLICATION = "logical-replication"
    REPLICATION_SLOTS = "replication-slots"
    REPLICATION_SLOT = "replication-slot"
    ROLE = "role"
    PUBLICATION = "publication"
    NEW_SHAPES = "new-shapes"
    RUN = "run"
    RECORDED_COUNTS = "recorded-counts"
    ROWS_AS_SENT = "rows-as-sent"
    AGAINST_BROWSER = "against-browser"
    BOUND_TABLE = "bound-table"
    TEST_QUERIES = "test-queries"
    ROUND_TRIP = "round-trip"
    PLAN_REFERENCE = "plan-reference"
    FOREIGN_KEY = "foreign-key"
    INDEXES = "indexes"
    SEQUENCE = "sequence"
    USER = "user"
    REJECTED_ITEMS = "rejected-items"
    LEASES = "leases"
    DROPPED_INDEXES = "dropped-indexes"
    CATALOG = "catalog"
    DATABASE_TRAIL = "database-trail"
    LOCAL_TRAIL = "local-trail"


_LABELS = {
    CheckId.REACHED: N_("Reached"),
    CheckId.ENCRYPTION: N_("Encryption"),
    CheckId.VERSION: N_("Version"),
    CheckId.POOLER: N_("Connection pooler"),
    CheckId.LOGIN: N_("Login"),
    CheckId.RIGHTS: N_("Rights of the login"),
    CheckId.WRITABLE: N_("Writable"),
    CheckId.ENCODING: N_("Encoding"),
    CheckId.TIME_ZONE: N_("Time zone"),
    CheckId.TABLE: N_("Table {table}"),
    CheckId.NEW_TABLES: N_("New tables"),
    CheckId.TEMPORARY_TABLES: N_("Temporary tables"),
    CheckId.BOOKKEEPING: N_("Bookkeeping"),
    CheckId.ELECTRIC: N_("Electric"),
    CheckId.LOGICAL_REPLICATION: N_("Logical replication"),
    CheckId.REPLICATION_SLOTS: N_("Replication slots"),
    CheckId.REPLICATION_SLOT: N_("Replication slot {slot}"),
    CheckId.ROLE: N_("Role {role}"),
    CheckId.PUBLICATION: N_("Publication"),
    CheckId.NEW_SHAPES: N_("Tables that Electric is asked for anew"),
    CheckId.RUN: N_("Run"),
    CheckId.RECORDED_COUNTS: N_("Recorded counts"),
    CheckId.ROWS_AS_SENT: N_("{entity}: rows as they were sent"),
    CheckId.AGAINST_BROWSER: N_("{entity}: against the browser"),
    CheckId.BOUND_TABLE: N_("{entity}: table"),
    CheckId.TEST_QUERIES: N_("{entity}: test queries"),
    CheckId.ROUND_TRIP: N_("{entity}: round trip by key"),
    CheckId.PLAN_REFERENCE: N_("{entity}: {column} refers to {other}"),
    CheckId.FOREIGN_KEY: N_("{entity}: reference {constraint}"),
    CheckId.INDEXES: N_("{entity}: indexes"),
    CheckId.SEQUENCE: N_("{entity}: sequence of {column}"),
    CheckId.USER: N_("User"),
    CheckId.REJECTED_ITEMS: N_("Rejected items"),
    CheckId.LEASES: N_("Leases"),
    CheckId.DROPPED_INDEXES: N_("Indexes left away"),
    CheckId.CATALOG: N_("This computer's catalog"),
    CheckId.DATABASE_TRAIL: N_("Audit trail in the database"),
    CheckId.LOCAL_TRAIL: N_("Audit trail on this computer"),
}


@dataclass(frozen=True, slots=True)
class Check:
    id: CheckId
    ok: bool
    detail: Message
    """What was found."""
    remedy: Message = NOTHING
    """What to do about it; of what is ok, what would be better."""
    about: Mapping[str, str] = field(default_factory=dict)
    """The names that its label tells: of the table, the column …"""

    @property
    def label(self) -> Message:
        return Message(_LABELS[self.id], **self.about)

    def to_json(self) -> dict[str, str | bool]:
        """As the command line's JSON has it, in English."""
        return {
            "name": str(self.label),
            "ok": self.ok,
            "detail": str(self.detail),
            "remedy": str(self.remedy),
        }
