"""The texts and constants that a plan's sections are made of, each with its limits."""

import math
import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from desktop_migrator.plan.decode.chain import ANY, DECODERS
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.origins import canonical_pattern
from desktop_migrator.plan.sensitive import Action, SensitiveRule
from desktop_migrator.plan.sql_types import column_of_type

USER, KEY, NAME, ENCODING = "$user", "$key", "$name", "$encoding"
INDEX, PATH, PARENT = "$index", "$path", "$parent"
VARIABLES = (USER, KEY, NAME, ENCODING, INDEX, PATH, PARENT)
CONTENT = "@"
"""As an id: the item's own content, equal ones of a record told apart by their count."""
_LONGEST_NAME = 63  # bytes; PostgreSQL cuts longer ones off
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")
"""Those without a dot are PostgreSQL's own, which no plan changes."""


def _sql_type(text: str) -> str:
    column_of_type("", text)
    return text


def _expression(text: str) -> str:
    if text.startswith("$"):
        if text not in VARIABLES:
            message = f"{text} is none of {', '.join(VARIABLES)}"
            raise ValueError(message)
        return text
    try:
        Expression(text)
    except RecursionError:
        message = "is nested too deeply"
        raise ValueError(message) from None
    except JMESPathError as error:
        message = f"is no JMESPath: {error}".replace("\n", " ")
        raise ValueError(message) from None
    return text


def _path(text: str) -> str:
    SensitiveRule(text, Action.DROP)
    return text


def _decoder_name(text: str) -> str:
    if text != ANY and text not in DECODERS:
        message = f"{text!r} is none of {', '.join((*DECODERS, ANY))}"
        raise ValueError(message)
    return text


def _setting_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not _SETTING.fullmatch(text):
        raise ValueError("is no setting of an app's own, such as app.user_id")
    return text


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"{text!r} is no time zone such as Europe/Berlin or UTC"
        raise ValueError(message) from None
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _scalar(value: str | float) -> str | float:
    if isinstance(value, str):
        return _storable(value)
    if not math.isfinite(value):
        raise ValueError("is not a number that JSON has")
    return value


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds U+0000, which PostgreSQL cannot hold")
    return text


def _name(text: str) -> str:
    if len(text.encode()) > _LONGEST_NAME:
        message = f"is longer than PostgreSQL's names, which have {_LONGEST_NAME} bytes at most"
        raise ValueError(message)
    return text


def _table_name(text: str) -> str:
    for part in text.split("."):
        _name(part)
    return text


Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_storable)]
Name = Annotated[Text, AfterValidator(_name)]
"""Of a column."""
TableName = Annotated[Text, Field(pattern=r"^[^.]+(\.[^.]+)?$"), AfterValidator(_table_name)]
"""`table` or `schema.table`."""
PatternText = Annotated[str, Field(max_length=500)]
OriginPattern = Annotated[PatternText, AfterValidator(canonical_pattern)]
ExpressionText = Annotated[Text, AfterValidator(_expression)]
Expressions = Annotated[list[ExpressionText], BeforeValidator(_listed), Field(min_length=1)]
PathText = Annotated[Text, AfterValidator(_path)]
"""Of a sensitive field; see plan/sensitive.py."""
DecoderName = Annotated[str, Field(max_length=40), AfterValidator(_decoder_name)]
SqlType = Annotated[Text, AfterValidator(_sql_type)]
Scalar = Annotated[str | bool | int | float, AfterValidator(_scalar)]
SettingName = Annotated[str, AfterValidator(_setting_name)]
SettingValue = Text | Annotated[dict[Text, Scalar], Field(max_length=20)]
"""Of a setting of the database's session; members make a JSON object."""
Constant = Scalar | dict[str, Scalar] | list[Scalar]


class PlanSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
