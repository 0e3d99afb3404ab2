"""Random stores, of which every value is told from all others, and random plans for them."""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from desktop_migrator.plan.schema import Plan

FIRST_MARKER = 8_000_000
"""Every value of a store is a number from here on, or a text with such a number in it."""
PAIR_NAME = "name"
KEYS = ("k0", "k0", "k1", "x0")
_TEXT, _NUMBER, _NAME = "text", "number", "name of its own"
EXPIRY_SUFFIX = "-cacheexpiration"
PAST, FUTURE = "28333333", "99999999"
"""Minutes, as lscache keeps them beside a record."""

_leaves = st.sampled_from([_TEXT, _NUMBER])
_small = st.fixed_dictionaries({}, optional={"x": _leaves, "y": _leaves}).filter(bool)


def _lists(elements: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(elements, min_size=1, max_size=most)


def _maps(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["n0", "n1", _NAME, _NAME])
    return st.dictionaries(names, elements, min_size=1, max_size=2)


_children = st.fixed_dictionaries({}, optional={"id": _leaves, "t": _leaves}).filter(bool)
_items = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "id": _leaves,
            "a": _leaves,
            "b": st.one_of(_leaves, _small),
            "o": _small,
            "steps": st.one_of(_lists(_children, 2), _maps(_children), _leaves),
            "more": st.one_of(_leaves, _lists(_leaves)),
        },
    ).filter(bool),
    _leaves,
)
_plain_items = st.fixed_dictionaries(
    {"id": _leaves},
    optional={"a": _leaves, "b": _leaves, "o": _small, "steps": _lists(_children, 2)},
)
_item_lists = st.one_of(_lists(_plain_items), _lists(_items))
_states = st.fixed_dictionaries(
    {},
    optional={
        "tasks": _item_lists,
        "notes": st.one_of(_item_lists, _maps(_items), _leaves),
        "m": _maps(_items),
        "pairs": _lists(st.tuples(st.just(PAIR_NAME), _items).map(list)),
        "deep": st.fixed_dictionaries(
            {},
            optional={
                "lists": _lists(
                    st.fixed_dictionaries({"cards": _item_lists}, optional={"id": _leaves}), 2
                ),
                "z": _leaves,
            },
        ).filter(bool),
        "one": _items,
        "cfg": _small,
        "id": _leaves,
        "v": _leaves,
    },
).filter(bool)
_values = st.one_of(_states, _states, _states, _item_lists, _maps(_items), _leaves)


def _marked(value: Any, numbers: "list[int]") -> Any:
    """With a marker in each leaf's place."""
    if isinstance(value, dict):
        members = {}
        for name, each in value.items():
            if name == _NAME:
                numbers.append(FIRST_MARKER + len(numbers))
            own = f"n{numbers[-1]}" if name == _NAME else name
            members[own] = _marked(each, numbers)
        return members
    if isinstance(value, list):
        return [_marked(each, numbers) for each in value]
    if value not in (_TEXT, _NUMBER):
        return value
    numbers.append(FIRST_MARKER + len(numbers))
    return numbers[-1] if value == _NUMBER else f"v{numbers[-1]}"


def spelled(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _wrapped(form: str, value: Any) -> str:
    """As a library would store the value."""
    text = spelled(value)
    if form == "redux-persist" and isinstance(value, dict):
        slices = {name: spelled(each) for name, each in value.items()}
        return spelled(slices | {"_persist": '{"version":-1,"rehydrated":true}'})
    forms = {
        "zustand": f'{{"state":{text},"version":0}}',
        "xstate": f'{{"context":{text},"status":"active"}}',
        "superjson": f'{{"json":{text}}}',
        "json": spelled(text),
        "base64": base64.b64encode(text.encode()).decode(),
        "text": f"a text {text}",
    }
    return forms.get(form, text)


FORMS = (
    "bare", "bare", "bare", "zustand", "xstate", "superjson", "redux-persist", "json", "text",
    "base64",
)  # fmt: skip


@st.composite
def stores(draw: st.DrawFn) -> dict[str, tuple[str, Any, str]]:
    """Of each key the form, the value in it, and the record's text."""
    numbers: list[int] = []
    found = {}
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True)):
        form, value = draw(st.sampled_from(FORMS)), _marked(draw(_values), numbers)
        found[key] = form, value, _wrapped(form, value)
        if draw(st.integers(0, 4)) == 0:
            expires = draw(st.sampled_from([PAST, FUTURE]))
            found[key + EXPIRY_SUFFIX] = "bare", int(expires), expires
    return found


_ITEMS = (
    "@", "@", "tasks", "tasks", "notes", "m", "pairs", "one", "cfg", "deep", "deep.lists", "v",
    "deep.lists[].cards[]", "deep.lists[].cards", "deep.lists[0].cards", "tasks[?a]", "tasks[?!a]",
    "tasks[0:1]", "tasks[1:]", "tasks[-1]", "m.*", "values(m)", "keys(m)", "[tasks, notes][]",
    "tasks[].steps[]", "tasks[].steps", "*[].o", "[*].{id: id, a: a}", "tasks[*].{id: id, q: b}",
    "{id: id, v: v}", "sort_by(tasks, &id)", "reverse(tasks)", "map(&o, tasks)", "to_array(one)",
    "not_null(one, cfg)", "merge(one, cfg)", "tasks || notes", "tasks && notes", "state.tasks",
    "context", "json.tasks", "tasks[].[id, a]", "length(tasks)", "max_by(tasks, &id)", "[one, one]",
    "tasks[].[a, b][]", "m.n0", "pairs[*][1]", "tasks[?id].steps[].t", "[tasks[0], tasks[0]]",
    "to_string(cfg)", "tasks | [0]", "tasks[:1] | [0].o", "[v, id][1]", "{q: one}.q", "cfg.x == v",
)  # fmt: skip
_DECODE: tuple[list[str], ...] = (
    [], [], [], ["any"], ["zustand"], ["xstate"], ["superjson"], ["redux-persist"], ["json"],
    ["base64"], ["zustand", "any"], ["lscache"], ["lscache", "any"],
)  # fmt: skip
_SHAPES = ("list", "list", "map", "pairs", "single", "single")
_FROM: tuple[str | list[str], ...] = (
    "id", "a", "a", "b", "o", "o.x", "o.y", "steps", "steps[0]", "steps[].t", "length(steps)", "@",
    "$name", "$key", "$index", "$path", "[a, b]", "{q: a, r: o.x}", "a || b", "a && b", "t", "x",
    ["a", "b"], ["o.x", "a"], ["b", "@"], ["zz", "b"], "more[?@]", "sort(more)", "more[0]",
    "keys(o)", "values(o)", "not_null(b, a)", "merge(o, b)", "type(a)", "contains(more, a)",
    "join('-', more)", "a == b", "!a", "steps[*].{t: t}", "*", "*.x", "cards", "[o, o][1].x",
)  # fmt: skip
_ID: tuple[str | list[str], ...] = (
    "id", "id", "$index", "$path", "$name", "$key", "@", ["id", "a"], "a", "o.x", "t",
)  # fmt: skip


@st.composite
def _columns(draw: st.DrawFn, *, is_child: bool) -> dict[str, Any]:
    texts = (*_FROM, "$parent") if is_child else _FROM
    columns: dict[str, Any] = {
        f"c{number}": {"from": text, "type": draw(st.sampled_from(["jsonb", "jsonb", "text"]))}
        for number, text in enumerate(draw(st.lists(st.sampled_from(texts), max_size=4)))
    }
    if draw(st.booleans()):
        columns["untyped"] = {"from": draw(st.sampled_from(["a", "b", "o.x"]))}
    rest = draw(st.sampled_from([None, {}, {}, {"from": "more"}]))
    if rest is not None:
        columns["rest"] = {**rest, "rest": True, "type": "jsonb"}
    if draw(st.booleans()) and rest is not None:
        columns["rest2"] = {"from": "b", "rest": True, "type": "jsonb"}
    return columns or {"c": {"default": "constant", "type": "text"}}


@st.composite
def _entity(draw: st.DrawFn, number: int, parents: list[str], keys: tuple[str, ...]) -> Any:
    is_child = bool(parents) and draw(st.booleans())
    if is_child:
        sources = [
            {"parent": parents[0], "items": draw(st.sampled_from(_CHILD_ITEMS)), "shape": shape}
            for shape in draw(_lists(st.sampled_from(_SHAPES), 2))
        ]
    else:
        sources = [
            {
                "keys": [draw(st.sampled_from(keys))],
                "decode": draw(st.sampled_from(_DECODE)),
                "items": draw(st.sampled_from(_ITEMS)),
                "shape": draw(st.sampled_from((*_SHAPES, "combined"))),
            }
            for _ in range(draw(st.integers(1, 2)))
        ]
    return {
        "table": f"t{number}",
        "id": {
            "from": draw(st.sampled_from(_ID)),
            "type": "text",
            **draw(st.sampled_from([{}, {}, {"unique_in": "parent"} if is_child else {}])),
        },
        "omit": draw(st.sampled_from([[], [], ["b"], ["o", "steps"]])),
        "sources": sources,
        "columns": draw(_columns(is_child=is_child)),
    }


_CHILD_ITEMS = ("steps", "steps", "steps[?t]", "o", "cards", "more", "steps[].t", "*", "b.x")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    entities: dict[str, Any] = {}
    parents: list[str] = []
    for number in range(draw(st.integers(1, 3))):
        name = f"e{number}"
        entities[name] = draw(_entity(number, parents, ("k0", "k0", "k1", "k*", "x0")))
        if "keys" in entities[name]["sources"][0]:
            parents.append(name)
    if draw(st.booleans()):
        entities["other"] = draw(_entity(9, [], ("*",)))
        for source in entities["other"]["sources"]:
            source["shape"] = source["shape"].replace("combined", "single")
        if draw(st.booleans()):
            entities["other"]["sources"] = [{"keys": ["*"], "decode": ["any"], "shape": "single"}]
            entities["other"]["columns"] = {"value": {"from": "@", "type": "jsonb"}}
            entities["other"]["id"] = {"from": "$key"}
    return Plan.model_validate({"version": 1, "name": "random", "entities": entities})
