"""The tree of errors as its package's docstring draws it."""

from collections.abc import Iterator

from desktop_migrator import errors
from desktop_migrator.errors import MigratorError

INDENT = 2


def lines(kind: type[MigratorError], depth: int = 0) -> Iterator[str]:
    transient = "  transient" if kind.transient else ""
    yield f"{' ' * INDENT * depth}{kind.__name__}  {kind.code}{transient}"
    children = (
        each for each in kind.__subclasses__() if each.__module__.startswith(errors.__name__)
    )
    for child in sorted(children, key=lambda each: (each.code, each.__name__)):
        yield from lines(child, depth + 1)


def drawn() -> list[str]:
    text = errors.__doc__ or ""
    start = text.index("MigratorError  ")
    tree = text[text.rindex("\n", 0, start) + 1 :].split("\n\n")[0].rstrip()
    margin = len(tree) - len(tree.lstrip())
    return [line[margin:].rstrip() for line in tree.splitlines()]


def test_the_docstring_draws_the_tree_that_there_is() -> None:
    assert drawn() == list(lines(MigratorError))
