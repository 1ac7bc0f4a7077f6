"""The form of a step from outside, checked before the engine sees it: what is refused here is refused by name.

The engine takes booleans for positions, lets half a surrogate pair raise, and does not look inside a slice.
"""

import math
from collections.abc import Mapping as Table
from typing import Any, Final

from guidelines.errors import InvalidStep
from guidelines.schema import SCHEMA, attribute_fault, faults, text_fault

#: Size of a document in ProseMirror's positions: about as many characters.
MOST_SIZE: Final = 2_000_000
MOST_DEPTH: Final = 64
#: Mark steps in one step that undoes a mark.
MOST_MARKS: Final = 2_000

_POSITIONS: Final[Table[str, tuple[str, ...]]] = {
    "replace": ("from", "to"),
    "replaceAround": ("from", "gapFrom", "gapTo", "to"),
    "addMark": ("from", "to"),
    "removeMark": ("from", "to"),
    "markSet": (),
    "attr": ("pos",),
    "docAttr": (),
}
_KEYS: Final[Table[str, frozenset[str]]] = {
    "replace": frozenset({"stepType", "from", "to", "slice", "structure"}),
    "replaceAround": frozenset({"stepType", "from", "to", "gapFrom", "gapTo", "insert", "slice", "structure"}),
    "addMark": frozenset({"stepType", "from", "to", "mark"}),
    "removeMark": frozenset({"stepType", "from", "to", "mark"}),
    "markSet": frozenset({"stepType", "steps"}),
    "attr": frozenset({"stepType", "pos", "attr", "value"}),
    "docAttr": frozenset({"stepType", "attr", "value"}),
}


def check_step(value: Any) -> None:
    """Raises `InvalidStep` with `kind` step_invalid, step_schema or text_invalid, and the reason."""
    _check_values(value)
    _check_step(value)


def _check_step(value: Any) -> None:
    if not isinstance(value, dict):
        raise InvalidStep(kind="step_invalid", reason="a step is a table")
    name = value.get("stepType")
    if not isinstance(name, str) or name not in _POSITIONS:
        raise InvalidStep(kind="step_invalid", reason=f"unknown step type {_shown(name)}")
    if extra := set(value) - _KEYS[name]:
        raise InvalidStep(kind="step_invalid", reason=f"unknown key {_shown(sorted(map(str, extra))[0])}")
    _check_positions(name, value)
    if "slice" in value and value["slice"] is not None:
        _check_slice(value["slice"])
    if name in ("addMark", "removeMark"):
        _check_mark(value.get("mark"))
    if name in ("attr", "docAttr"):
        _check_attr(name, value)
    if name == "markSet":
        _check_mark_set(value.get("steps"))


def _check_mark_set(value: Any) -> None:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_MARKS:
        raise InvalidStep(kind="step_invalid", reason=f"a set of marks has 1 to {MOST_MARKS} steps")
    for step in value:
        if not isinstance(step, dict) or step.get("stepType") not in ("addMark", "removeMark"):
            raise InvalidStep(kind="step_invalid", reason="a set of marks has mark steps only")
        _check_step(step)


def _check_values(value: Any) -> None:
    """What no part of a step may hold, wherever it stands: it could not be stored, or not be read again."""
    waiting = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise InvalidStep(kind="step_invalid", reason=f"it is nested deeper than {MOST_DEPTH}")
        if isinstance(part, str) and (fault := text_fault(part)):
            raise InvalidStep(kind="text_invalid", reason=fault)
        if isinstance(part, float) and not math.isfinite(part):
            raise InvalidStep(kind="step_invalid", reason="it holds a number that is none")
        if isinstance(part, dict):
            waiting += ((inner, depth + 1) for pair in part.items() for inner in pair)
        elif isinstance(part, list):
            waiting += ((inner, depth + 1) for inner in part)


def _shown(value: Any) -> str:
    """What a stranger sent, short enough for a sentence and encodable."""
    return ascii(value)[:60]


def _check_positions(name: str, value: Table[str, Any]) -> None:
    found = []
    for key in (*_POSITIONS[name], *(("insert",) if name == "replaceAround" else ())):
        position = value.get(key)
        if type(position) is not int or not 0 <= position <= MOST_SIZE:
            raise InvalidStep(kind="step_invalid", reason=f"{key} is not a position")
        if key != "insert":
            found.append(position)
    if found != sorted(found):
        raise InvalidStep(kind="step_invalid", reason="the positions are not in order")
    if "structure" in value and type(value["structure"]) is not bool:
        raise InvalidStep(kind="step_invalid", reason="structure is not true or false")


def _check_slice(value: Any) -> None:
    if not isinstance(value, dict) or set(value) - {"content", "openStart", "openEnd"}:
        raise InvalidStep(kind="step_invalid", reason="a slice has content, openStart and openEnd")
    content = value.get("content", [])
    if not isinstance(content, list):
        raise InvalidStep(kind="step_invalid", reason="a slice's content is a list")
    for node in content:
        if fault := next(faults(node, "slice"), None):
            kind = "text_invalid" if "forbidden character" in fault else "step_schema"
            raise InvalidStep(kind=kind, reason=fault)
    for key, side in (("openStart", 0), ("openEnd", -1)):
        depth = value.get(key, 0)
        if type(depth) is not int or not 0 <= depth <= _depth(content, side):
            raise InvalidStep(kind="step_invalid", reason=f"{key} is deeper than the slice")


def _depth(content: list[Any], side: int) -> int:
    depth = 0
    while content and content[side].get("type") != "text" and "text" not in content[side]:
        depth += 1
        content = content[side].get("content") or []
    return depth


def _check_mark(value: Any) -> None:
    name = value.get("type") if isinstance(value, dict) else None
    kind = SCHEMA.marks.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InvalidStep(kind="step_schema", reason="unknown mark")
    attrs = value.get("attrs") or {}
    if not isinstance(attrs, dict) or set(value) - {"type", "attrs"}:
        raise InvalidStep(kind="step_schema", reason="a mark has a type and attributes")
    for name, rule in kind.rules.items():
        if name not in attrs and name not in kind.defaults:
            raise InvalidStep(kind="step_schema", reason=f"{kind.name} lacks {name}")
        if name in attrs and (fault := attribute_fault(rule, attrs[name])):
            raise InvalidStep(kind="step_schema", reason=f"{kind.name} {name} {fault}")
    if unknown := set(attrs) - set(kind.rules):
        raise InvalidStep(kind="step_schema", reason=f"{kind.name} has no attribute {_shown(sorted(unknown)[0])}")


def _check_attr(name: str, value: Table[str, Any]) -> None:
    attribute = value.get("attr")
    kinds = [SCHEMA.nodes["doc"]] if name == "docAttr" else [k for k in SCHEMA.nodes.values() if k.name != "doc"]
    rules = [kind.rules[attribute] for kind in kinds if isinstance(attribute, str) and attribute in kind.rules]
    if not rules:
        raise InvalidStep(kind="step_schema", reason=f"no attribute {_shown(attribute)}")
    reasons = [attribute_fault(rule, value.get("value")) for rule in rules]
    if all(reasons):
        raise InvalidStep(kind="step_schema", reason=f"{attribute} {reasons[0]}")
