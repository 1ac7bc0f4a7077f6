"""The document: an immutable tree of nodes, its plain text, its one canonical form and its hash.

The tree is ProseMirror's (type, attrs, content, marks, text) and its JSON is what the editor, the step log and
the command line exchange. Two documents that say the same have the same hash on every machine and in both
languages: `editor/src/canonical.ts` is this module's twin, and `tests/conformance` holds them together.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidelines.schema import SCHEMA

Attrs = Mapping[str, Any]
NO_ATTRS: Attrs = {}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a stretch of text carries: `strong`, `link`, or a suggestion's `ins`, `del`, `fmt`."""

    type: str
    attrs: Attrs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the document. Attributes that have their default value may be absent from `attrs`."""

    type: str
    attrs: Attrs = field(default_factory=dict)
    content: tuple["Node", ...] = ()
    text: str = ""
    marks: tuple[Mark, ...] = ()

    def attr(self, name: str) -> Any:
        """The attribute's value, or the schema's default where the node does not state it."""
        if name in self.attrs:
            return self.attrs[name]
        return SCHEMA.nodes[self.type].defaults[name]

    @property
    def id(self) -> str:
        """The block's stable id; "" for nodes that have none."""
        return str(self.attrs.get("id", ""))

    @property
    def is_textblock(self) -> bool:
        return self.type in ("paragraph", "heading")


def parse(value: Mapping[str, Any]) -> Node:
    """The tree of a document's JSON. The shape is trusted: check first what comes from outside (`schema.check`)."""
    marks = value.get("marks")
    content = value.get("content")
    return Node(
        value["type"],
        value.get("attrs") or NO_ATTRS,
        tuple([parse(child) for child in content]) if content else (),
        value.get("text", ""),
        tuple([Mark(mark["type"], mark.get("attrs") or NO_ATTRS) for mark in marks]) if marks else (),
    )


def serialise(node: Node) -> dict[str, Any]:
    """The node's JSON, with the attributes it states and no empty keys."""
    value: dict[str, Any] = {"type": node.type}
    if node.attrs:
        value["attrs"] = dict(node.attrs)
    if node.content:
        value["content"] = [serialise(child) for child in node.content]
    if node.marks:
        value["marks"] = [
            {"type": mark.type, "attrs": dict(mark.attrs)} if mark.attrs else {"type": mark.type} for mark in node.marks
        ]
    if node.type == "text":
        value["text"] = node.text
    return value


def textblocks(node: Node) -> Iterator[Node]:
    """Every paragraph and heading in reading order, those of table cells included."""
    for child in node.content:
        if child.is_textblock:
            yield child
        else:
            yield from textblocks(child)


def inline_text(block: Node) -> str:
    """A text block's words; a hard break is a line feed, an image its alternative text, a mention its label."""
    parts = []
    for child in block.content:
        if child.type == "text":
            parts.append(child.text)
        elif child.type == "hard_break":
            parts.append("\n")
        elif child.type == "image":
            parts.append(str(child.attr("alt")))
        elif child.type == "mention":
            parts.append("@" + str(child.attr("label")))
    return "".join(parts)


def plain_text(node: Node) -> str:
    """The document's words, one text block per line."""
    return "\n".join(inline_text(block) for block in textblocks(node))


def canonical(node: Node) -> Any:
    """The node as plain values in which only meaning is left.

    Ids are left out, attributes at their default are left out (so the schema can grow without moving a hash),
    marks stand in the schema's order, and neighbouring texts with the same marks are one.
    """
    value: dict[str, Any] = {"type": node.type}
    attrs = _meaningful(node.attrs, SCHEMA.nodes[node.type].defaults)
    if attrs:
        value["attrs"] = attrs
    if node.content:
        value["content"] = _joined([canonical(child) for child in node.content])
    if node.marks:
        value["marks"] = _canonical_marks(node.marks)
    if node.type == "text":
        value["text"] = node.text
    return value


def canonical_json(value: Any) -> bytes:
    """The one byte string of a canonical value: keys sorted by code point, no white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(domain: str, value: Any) -> str:
    """SHA-256 in hex of a canonical value, separated by domain so that a section never equals a document."""
    return hashlib.sha256(f"charte:{domain}:1\n".encode() + canonical_json(value)).hexdigest()


def digest_of_list(domain: str, parts: Iterable[bytes]) -> str:
    """The same of a list, given the canonical bytes of its items."""
    return hashlib.sha256(f"charte:{domain}:1\n[".encode() + b",".join(parts) + b"]").hexdigest()


def document_hash(document: Node) -> str:
    """The hash that names a document's words, marks and structure; ids do not count."""
    return digest("document", canonical(document))


def _meaningful(attrs: Attrs, defaults: Attrs) -> dict[str, Any]:
    return {
        name: value
        for name, value in attrs.items()
        if name != "id" and not (name in defaults and defaults[name] == value)
    }


def _canonical_marks(marks: tuple[Mark, ...]) -> list[dict[str, Any]]:
    values = []
    for mark in sorted(marks, key=lambda mark: SCHEMA.marks[mark.type].rank):
        attrs = _meaningful(mark.attrs, SCHEMA.marks[mark.type].defaults)
        values.append({"type": mark.type, "attrs": attrs} if attrs else {"type": mark.type})
    return values


def _joined(children: list[dict[str, Any]]) -> list[dict[str, Any]]:
    joined: list[dict[str, Any]] = []
    for child in children:
        last = joined[-1] if joined else None
        if last and child["type"] == last["type"] == "text" and child.get("marks") == last.get("marks"):
            joined[-1] = {**last, "text": last["text"] + child["text"]}
        else:
            joined.append(child)
    return joined
