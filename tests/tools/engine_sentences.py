"""What the engine tells a person outside its errors' own templates: the wizard translates it.

Reasons and remedies of rejections, what was found at a database, warnings, and the reasons that
errors quote. The engine writes them as f-strings, so they are read from its source: what is filled
in becomes `{0}`, `{1}` …, and a sentence that has two endings is two sentences.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import count, product
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "desktop_migrator"
_NOT_OF_THE_WIZARD = ("cli", "wizard", "errors", "maintenance")
_NOT_SHOWN = {
    "table_checks.py",
    "grants.py",
    "provision.py",
    "desk_keys.py",
    "schema.py",
    "decisions.py",
}
_CALLS = {
    "ItemRejected": (1, 2),
    "_wrong_type": (1,),
    "_bad_date": (1,),
    "_decoding_converter": (2,),
    "_misfit": (0, 1),
    "_check": (),
    "_rejection": (),
    "warned": (0,),
    "damaged": (0,),
    "on_damage": (0,),
    "_on_damage": (0,),
    "PlanDoesNotFit": (),
    "Check": (),
    "MissingRequirement": (0, 1),
}
_ARGUMENTS = ("reason", "remedy", "detail")
_TABLES = {"_MESSAGES", "_REMEDIES", "_WHY"}
_PHRASES = ("_sentence", "_label", "_name_fields")
"""Functions that make a sentence or a part of one."""
_HOLE = "\0"


def engine_sentences() -> list[str]:
    """Each once, the longest first, as who looks for one wants them."""
    found = {numbered(text) for path in _modules() for text in _of_module(path)}
    return sorted((text for text in found if _says_something(text)), key=lambda t: (-len(t), t))


def numbered(text: str) -> str:
    numbers = count()
    return re.sub(_HOLE, lambda _: f"{{{next(numbers)}}}", text)


def _modules() -> Iterator[Path]:
    for path in sorted(ENGINE.rglob("*.py")):
        inside = path.relative_to(ENGINE).parts
        if not set(inside) & set(_NOT_OF_THE_WIZARD) and path.name not in _NOT_SHOWN:
            yield path


def _says_something(text: str) -> bool:
    words = re.sub(r"\{\d\}", "", text)
    return bool(re.search(r"[A-Za-z]{3}", words)) and not re.match(r"(GRANT|CREATE|ALTER) ", words)


def _of_module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    constants = dict(_constants(tree))
    yield from (text for name, text in constants.items() if name.endswith("REMEDY"))
    for node in ast.walk(tree):
        for told in _told(node):
            for text in _texts(told, constants):
                yield text if isinstance(node, ast.Call) else _with_holes(text)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                yield name, text


def _with_holes(template: str) -> str:
    return re.sub(r"\{\w+\}", _HOLE, template)


def _told(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call():
            yield from _arguments(node)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)):
            yield from (values if name in _TABLES else ())
        case ast.FunctionDef(name=name) if name.endswith(_PHRASES):
            returns = (inner for inner in ast.walk(node) if isinstance(inner, ast.Return))
            yield from (each.value for each in returns if each.value)


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    match call.func:
        case ast.Name(id="UsageError"):  # of the command line, nearly all
            return
        case ast.Attribute(value=ast.Attribute(attr="warnings"), attr="append"):
            yield call.args[0]
        case ast.Attribute(attr="format"):
            yield from (each.value for each in call.keywords)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            positions = _CALLS.get(name, ())
            yield from (call.args[each] for each in positions if each < len(call.args))
            if name in _CALLS or name[:1].isupper():
                yield from (each.value for each in call.keywords if each.arg in _ARGUMENTS)


def _texts(node: ast.expr, constants: Mapping[str, str]) -> list[str]:
    """All that the expression can come to, with holes; none where nothing is known of it."""

    def part(inner: ast.expr) -> list[str]:
        return _texts(inner, constants) or [_HOLE]

    texts: list[str] = []
    match node:
        case ast.Constant(value=str(text)):
            texts = [text]
        case ast.Name(id=name) if name in constants:
            texts = [constants[name]]
        case ast.JoinedStr(values=values):
            texts = ["".join(parts) for parts in product(*map(part, values))]
        case ast.FormattedValue(value=value):
            texts = part(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            texts = [first + second for first, second in product(part(left), part(right))]
        case ast.IfExp(body=body, orelse=otherwise):
            texts = [*part(body), *part(otherwise)]
    return texts
