"""The ids of blocks after a commit: every block has one, and no two have the same."""

from collections.abc import Sequence
from typing import Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step

from guidelines import steps
from guidelines.ends import same_ends
from guidelines.errors import InvalidStep
from guidelines.schema import SCHEMA
from guidelines.suggestion_layers import layers_of

_IDENTIFIED: Final = frozenset(name for name, kind in SCHEMA.nodes.items() if "id" in kind.rules)


def repair_ids(tree: Tree, before: Tree | None = None) -> tuple[Tree, list[Step]]:
    """Gives an id to every block that has none or another's: the first keeps it. Returns the steps that do so.

    An id that some block would have again by a decision is given to no other. Where the text `before` is at hand,
    only the blocks that are others than in it are asked.
    """
    if before is not None and _is_whole(before, tree):
        return tree, []
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


def _is_whole(before: Tree, after: Tree) -> bool:
    """Whether every block has an id of its own after a change, as far as that is told by the blocks that changed."""
    old, new = before.content.content, after.content.content
    start, end = same_ends(old, new)
    gone, came = _ids(old[start : len(old) - end]), _ids(new[start : len(new) - end])
    known, left, fresh = _known(before), set(gone), set(came)
    if known is None or "" in fresh or len(fresh) < len(came) or not known.isdisjoint(fresh - left):
        return False
    vars(after)["ids"] = known if left == fresh else (known - left) | fresh
    return True


def _known(tree: Tree) -> frozenset[str] | None:
    """The ids of a text's blocks; None where one is missing or stands twice."""
    if "ids" not in vars(tree):
        found = _ids(tree.content.content)
        whole = frozenset(found)
        vars(tree)["ids"] = whole if len(whole) == len(found) and "" not in whole else None
    known: frozenset[str] | None = vars(tree)["ids"]
    return known


def _ids(blocks: Sequence[Tree]) -> list[str]:
    found = []
    for block in blocks:
        if block.type.name in _IDENTIFIED:
            found.append(str(block.attrs["id"]))
        if not block.is_textblock:
            found += _ids(block.content.content)
    return found
