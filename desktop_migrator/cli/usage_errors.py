"""What is wrong with the words of a command line, in our words and not in the parser's."""

from difflib import get_close_matches
from typing import Any

from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoSuchOption,
)
from typer._click.exceptions import UsageError as ParserError
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.exceptions import TyperException

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message

_TOO_MUCH = "does not take a value."
"""The parser does not say it in another way."""


class CommandGroup(TyperGroup):
    """Says in our words that there is no such command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands:
            alike = ", ".join(get_close_matches(name, self.commands))
            raise UsageError(
                reason=Message(
                    "There is no command {name}. Did you mean: {alike}?", name=name, alike=alike
                )
                if alike
                else Message("There is no command {name}.", name=name)
            )
        return super().resolve_command(ctx, args)


def usage_error(error: TyperException) -> UsageError:
    """The parser's error as one of ours."""
    return UsageError(reason=_reason(error))


def _reason(error: TyperException) -> Message | str:
    match error:
        case NoSuchOption():
            return _no_such_option(error)
        case BadOptionUsage() if error.message.endswith(_TOO_MUCH):
            reason = Message("{name} takes no value.", name=error.option_name)
        case BadOptionUsage():
            reason = Message("{name} needs a value.", name=error.option_name)
        case MissingParameter(param=TyperOption() | TyperArgument() as param):
            reason = Message("{name} is missing.", name=_name(param))
        case BadParameter(param=TyperOption() | TyperArgument() as param):
            what = _what_it_takes(param)
            reason = Message("{name} takes {what}.", name=_name(param), what=what)
        case ParserError(cmd=TyperGroup()):
            reason = Message("The name of a command is missing.")
        case ParserError(ctx=context) if context:
            reason = Message(
                "There are words too many after `{command}`.", command=context.command_path
            )
        case _:
            return str(error)
    return reason


def _no_such_option(error: NoSuchOption) -> Message:
    if not error.possibilities:
        return Message("There is no option {name}.", name=error.option_name)
    alike = ", ".join(sorted(error.possibilities))
    return Message(
        "There is no option {name}. Did you mean: {alike}?", name=error.option_name, alike=alike
    )


def _name(param: TyperOption | TyperArgument) -> Message | str:
    if isinstance(param, TyperOption):
        return max(param.opts, key=len)
    return Message(param.metavar or param.name.upper())


def _what_it_takes(param: TyperOption | TyperArgument) -> Message:
    kind = param.type_descriptor
    if kind.choices:
        return Message("one of these: {choices}", choices=", ".join(map(str, kind.choices)))
    if param.min is not None and param.max is not None:
        return Message("a number from {min:g} to {max:g}", min=param.min, max=param.max)
    if param.min is not None:
        return Message("a whole number from {min}", min=param.min)
    return Message("a value of another form")
