"""The ids of blocks after a commit: every block has one, and no two have the same."""

from typing import Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step

from guidelines import steps
from guidelines.errors import InvalidStep
from guidelines.schema import SCHEMA
from guidelines.suggestion_layers import layers_of

_IDENTIFIED: Final = frozenset(name for name, kind in SCHEMA.nodes.items() if "id" in kind.rules)


def repair_ids(tree: Tree) -> tuple[Tree, list[Step]]:
    """Gives an id to every block that has none or another's: the first keeps it. Returns the steps that do so.

    An id that some block would have again by a decision is given to no other.
    """
    seen: set[str] = set()
    kept: set[str] = set()
    wanting: list[int] = []

    def visit(node: Tree, position: int) -> None:
        if node.type.name in _IDENTIFIED:
            known = str(node.attrs["id"])
            if not known or known in seen:
                wanting.append(position)
            else:
                seen.add(known)
            kept.update(str(layer["was"]["id"]) for layer in layers_of(node) if "id" in layer["was"])
        if not node.is_textblock:
            inside = position + 1
            for child in node.content.content:
                visit(child, inside)
                inside += child.node_size

    place = 0
    for block in tree.content.content:
        visit(block, place)
        place += block.node_size
    changes: list[Step] = []
    number = 0
    for position in wanting:
        while (fresh := f"b{len(seen) + number:x}") in seen or fresh in kept:
            number += 1
        seen.add(fresh)
        step = steps.attribute_step(position, "id", fresh)
        repaired = steps.apply(tree, step)
        if repaired is None:
            raise InvalidStep(kind="step_schema", reason="a block cannot be given an id")
        tree = repaired
        changes.append(step)
    return tree, changes
