"""Why an item cannot go: the stable codes, and the exception that carries one to `extract`."""

from enum import StrEnum

from desktop_migrator.messages import Message


class RejectionCode(StrEnum):
    """What `Rejection.code` can be when the plan room rejects; docs/plan.md explains each."""

    NOT_JSON = "not-json"
    UNRECOGNISED = "unrecognised"
    TOO_DEEP = "too-deep"
    WRONG_SHAPE = "wrong-shape"
    MISSING_ID = "missing-id"
    BAD_ID = "bad-id"
    MISSING = "missing"
    WRONG_TYPE = "wrong-type"
    TOO_LONG = "too-long"
    OUT_OF_RANGE = "out-of-range"
    TOO_PRECISE = "too-precise"
    UNKNOWN_VALUE = "unknown-value"
    BAD_DATE = "bad-date"
    NO_ZONE = "no-zone"
    UNSTORABLE = "unstorable"
    NO_COLUMN = "no-column"
    COLLISION = "collision"
    NO_KEY = "no-key"


class ItemRejected(Exception):
    """An item, or one value of it, that the target cannot take. Holds no user value."""

    def __init__(self, code: RejectionCode, reason: Message, remedy: Message) -> None:
        super().__init__(str(reason))
        self.code = code
        self.reason = reason
        self.remedy = remedy
