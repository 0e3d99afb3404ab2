"""What of an item is read, and so what of it is left."""

from collections.abc import Callable, Collection, Sequence, Set

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.locations import Location, rest_of, says_nothing
from desktop_migrator.plan.raw_items import Fields
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema_texts import VARIABLES

_TRUE = Raw(b"true")


class ItemReads:
    """What the columns, the id and items within read of an item."""

    def __init__(
        self, columns: Sequence[Sequence[str]], inner: Callable[[Raw], Collection[Location]]
    ) -> None:
        self._inner = inner
        self._all = False
        """Whether one of them reads the whole item in any case."""
        self._always: set[str] = set()
        """Fields that one of them reads in any case."""
        self._parts: list[Expression] = []
        """Longer paths and expressions that are read in any case."""
        self._firsts: list[list[Expression]] = []
        """Of each of these, the first that the item has."""
        for texts in columns:
            expressions = [Expression(text) for text in texts if text not in VARIABLES]
            if len(expressions) > 1:
                self._firsts.append(expressions)
            elif expressions and (field := expressions[0].field) is not None:
                self._always.add(field)
            elif expressions and expressions[0].path == []:
                self._all = True
            else:
                self._parts += expressions

    def left(self, fields: Fields, json: Raw, omit: Set[str]) -> Fields:
        """The fields that nothing reads, and what is left of those that are read in part."""
        if self._all:
            return {}
        left = {
            name: raw
            for name, raw in fields.items()
            if name not in self._always and name not in omit
        }
        if not left:
            return left
        for expressions in self._firsts:
            first = next((each for each in expressions if each.find(json) is not None), None)
            if first is not None:
                self._take(left, first.locations(json))
        for expression in self._parts:
            self._take(left, expression.locations(json))
        self._take(left, self._inner(json))
        return left

    def check_is_read(self, json: Raw) -> None:
        """Raises ItemRejected for an item that is asked for no fields, if nothing takes it.

        A bare `true` is no more than the name that it stands beside, as in a set.
        """
        if self._all:
            return
        rest = rest_of(json, self._inner(json))
        if rest is None or says_nothing(rest) or rest == _TRUE:
            return
        raise ItemRejected(
            RejectionCode.NO_COLUMN,
            Message("There is no column for what it holds."),
            Message('Add a column from `@` for it in the plan, or set `omit = ["@"]`.'),
        )

    def _take(self, left: Fields, locations: Collection[Location]) -> None:
        inner: dict[str, list[Location]] = {}
        for location in locations:
            if not location:
                left.clear()
                return
            if location[0] in left:
                inner.setdefault(str(location[0]), []).append(location[1:])
        for name, places in inner.items():
            rest = rest_of(left.pop(name), places)
            if rest is not None and not says_nothing(rest):
                left[name] = rest
