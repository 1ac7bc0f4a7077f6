"""What a suggestion says, as one hash: a decision is on what the decider read, not on what it has become since."""

from collections.abc import Iterator, Mapping
from typing import Any

from prosemirror.model import Node as Tree

from guidelines.document import digest
from guidelines.suggestion_layers import form, ids_on, layers_of, names_on, properties, suggestion_ids


def suggestion_hashes(tree: Tree) -> Mapping[str, str]:
    """Every open suggestion to the hash of its pieces. How a text is cut up and where it has moved to say nothing."""
    found: dict[str, list[dict[str, Any]]] = {}
    ends: dict[str, int] = {}
    for node, position in _named(tree, 0):
        for name in dict.fromkeys(ids_on(node)):
            pieces, piece = found.setdefault(name, []), _piece(node, name)
            last = pieces[-1] if pieces else None
            joins = last and node.is_text and ends[name] == position and {**last, "text": piece["text"]} == piece
            if last and joins:
                last["text"] += piece["text"]
            else:
                pieces.append(piece)
            ends[name] = position + node.node_size
    return {name: digest("suggestion", pieces) for name, pieces in found.items()}


def _named(node: Tree, position: int) -> Iterator[tuple[Tree, int]]:
    """Every node inside that names a suggestion, in order, with its place."""
    for child in node.content.content:
        if suggestion_ids(child):
            yield child, position
            yield from _named(child, position + 1)
        position += child.node_size


def _piece(node: Tree, name: str) -> dict[str, Any]:
    """What one node says of the suggestion."""
    kinds = [kind for kind in ("ins", "del", "mi", "md") if names_on(node, kind) == name]
    layers = [dict(layer["was"]) for layer in layers_of(node) if layer["s"] == name]
    for was in layers:
        was.pop("id", None)
    said: dict[str, Any] = {"kinds": kinds, "was": layers, "type": node.type.name}
    if node.is_inline:
        others = {} if node.is_text else dict(node.attrs)
        return {**said, "text": node.text or "", "form": form(node), "attrs": others}
    if node.is_textblock:
        return {**said, "now": {key: value for key, value in properties(node).items() if key != "id"}}
    return {**said, "text": node.text_content}
