"""Reads `schema.json`, the document's one definition that Python and TypeScript share, and checks values against it.

`check` is the house's own judgement of hostile input: exact types (a boolean is not a number), ranges, link schemes,
nesting. ProseMirror's checks are not a security boundary (they let `javascript:` links and level-99 headings through).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One node or mark type: its attributes with their rules and defaults, and its rank in the schema's order."""

    name: str
    rank: int
    spec: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole definition. `patterns` are the named string types (`id`, `suggestion`, `box`, `link`)."""

    nodes: Mapping[str, Kind]
    marks: Mapping[str, Kind]
    patterns: Mapping[str, re.Pattern[str]]
    source: Mapping[str, Any]


def _attributes(spec: Any, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Resolves an `attrs` entry: a table, the name of a shared table, or a list of both."""
    if spec is None:
        return {}
    if isinstance(spec, str):
        return dict(shared[spec])
    if isinstance(spec, list):
        merged: dict[str, Any] = {}
        for part in spec:
            merged.update(_attributes(part, shared))
        return merged
    return dict(spec)


def _kinds(table: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Kind]:
    kinds = {}
    for rank, (name, spec) in enumerate(table.items()):
        attrs = _attributes(spec.get("attrs"), shared)
        kinds[name] = Kind(
            name,
            rank,
            spec,
            {key: rule["is"] for key, rule in attrs.items()},
            {key: rule["default"] for key, rule in attrs.items() if "default" in rule},
        )
    return kinds


def load() -> Schema:
    """Reads and resolves the schema file that lies beside this module."""
    source = json.loads(files("guidelines").joinpath("schema.json").read_text(encoding="utf-8"))
    return Schema(
        _kinds(source["nodes"], source["attrs"]),
        _kinds(source["marks"], source["attrs"]),
        {name: re.compile(pattern) for name, pattern in source["types"].items()},
        source,
    )


SCHEMA: Final = load()


def attribute_fault(rule: Mapping[str, Any], value: Any) -> str | None:
    """Why the value breaks the attribute's rule, in a few words; None when it keeps it."""
    if value is None:
        return None if rule.get("null") else "may not be empty"
    for kind, bound in rule.items():
        if kind == "enum" and not any(value is item or (value == item and type(value) is type(item)) for item in bound):
            return f"is not one of {', '.join(map(str, bound))}"
        if kind == "integer" and (type(value) is not int or not bound[0] <= value <= bound[1]):
            return f"is not a whole number from {bound[0]} to {bound[1]}"
        if kind == "string" and (not isinstance(value, str) or len(value) > bound or text_fault(value)):
            return f"is not a text of at most {bound} characters"
        if kind in SCHEMA.patterns and not _matches(kind, value, bound):
            return f"is not a valid {kind}"
        if kind == "widths" and not _widths(value, bound):
            return "is not a list of column widths"
        if kind == "layers" and (fault := _layers_fault(value, bound)):
            return fault
    return None


def _matches(kind: str, value: Any, bound: Any) -> bool:
    if not isinstance(value, str) or (bound is not True and len(value) > bound):
        return False
    return value == "" if kind == "link" and value == "" else bool(SCHEMA.patterns[kind].fullmatch(value))


def _widths(value: Any, most: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(type(item) is int and 0 <= item <= 10000 for item in value)
    )


def _layers_fault(value: Any, most: int) -> str | None:
    if not isinstance(value, list) or not 0 < len(value) <= most:
        return f"is not a list of 1 to {most} layers"
    for layer in value:
        if not isinstance(layer, dict) or set(layer) != {"s", "was"} or not isinstance(layer["was"], dict):
            return "has a layer that is not {s, was}"
        if not _matches("suggestion", layer["s"], True):
            return "has a layer without a valid suggestion"
    return None


#: Marks that turn the direction of what follows: with them, words read otherwise than they are stored and signed.
TURNING: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
#: Those, control characters, halves of a surrogate pair and what is no character at all.
_FORBIDDEN: Final = re.compile(f"[{''.join(sorted(TURNING))}\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff\\ufffe\\uffff]")


def text_fault(text: Any) -> str | None:
    """Why a string may not stand in a document: not text, control characters, half a surrogate pair, a hidden turn."""
    if not isinstance(text, str):
        return "is not text"
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    code = ord(found[0])
    if found[0] in TURNING:
        return f"holds the sign U+{code:04X}, which turns the direction of writing; take it out"
    return f"holds the forbidden character U+{code:04X}"


def faults(value: Any, path: str = "doc", depth: int = 0) -> Iterator[str]:
    """Each rule of the schema that a node's JSON breaks, as "where what". Content order is `steps.check`'s matter."""
    if not isinstance(value, dict):
        yield f"{path} is not a node"
        return
    if depth > 16:
        yield f"{path} is nested deeper than 16"
        return
    name = value.get("type")
    kind = SCHEMA.nodes.get(name) if isinstance(name, str) else None
    if kind is None:
        yield f"{path} has the unknown type {value.get('type')!r}"
        return
    if unknown := set(value) - {"type", "attrs", "content", "marks", "text"}:
        yield f"{path} has the unknown key {sorted(unknown)[0]!r}"
    yield from _attrs_faults(kind, value.get("attrs"), f"{path} {kind.name}")
    if kind.name == "text":
        if not value.get("text"):
            yield f"{path} is an empty text"
        elif fault := text_fault(value["text"]):
            yield f"{path} {fault}"
    marks = value.get("marks", [])
    if not isinstance(marks, list):
        yield f"{path} has marks that are not a list"
        marks = []
    for mark in marks:
        mark_name = mark.get("type") if isinstance(mark, dict) else None
        mark_kind = SCHEMA.marks.get(mark_name) if isinstance(mark_name, str) else None
        if mark_kind is None:
            yield f"{path} has an unknown mark"
        else:
            yield from _attrs_faults(mark_kind, mark.get("attrs"), f"{path} {mark_kind.name}")
    content = value.get("content", [])
    if not isinstance(content, list):
        yield f"{path} has content that is not a list"
        return
    for index, child in enumerate(content):
        yield from faults(child, f"{path}[{index}]", depth + 1)


def _attrs_faults(kind: Kind, attrs: Any, where: str) -> Iterator[str]:
    if attrs is None:
        attrs = {}
    if not isinstance(attrs, dict):
        yield f"{where} has attributes that are not a table"
        return
    for name in attrs:
        if name not in kind.rules:
            yield f"{where} has the unknown attribute {name!r}"
    for name, rule in kind.rules.items():
        if name in attrs:
            if fault := attribute_fault(rule, attrs[name]):
                yield f"{where} {name} {fault}"
        elif name not in kind.defaults:
            yield f"{where} lacks {name}"
