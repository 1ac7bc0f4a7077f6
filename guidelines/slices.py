"""Which sections a commit may have changed: blocks that it left alone are the very same objects before and after it.

So the cost of a commit is that of the sections it touched, and not of the whole text.
"""

from collections.abc import Sequence

from prosemirror.model import Node as Tree

from guidelines import steps
from guidelines.document import Node
from guidelines.sections import FRONT, sections

#: Heading id to the heading and what follows it.
Slices = dict[str, list[Tree]]


def changed_sections(before: Tree, after: Tree) -> tuple[dict[str, str], dict[str, str]]:
    """Section to hash in the text before and after, of every section that is not made of the same blocks."""
    old, new = _slices(before), _slices(after)
    same = {key for key, blocks in new.items() if key in old and _are_same(old[key], blocks)}
    return _hashes(old, same), _hashes(new, same)


def outline_moved(before: Tree, after: Tree) -> bool:
    """Whether the outline's lines differ: which sections there are, in which order, at which levels."""
    return _lines(before) != _lines(after)


def _lines(tree: Tree) -> list[tuple[str, object]]:
    front: Slices = {FRONT: _slices(tree)[FRONT]}
    headings = [block.attrs for block in tree.content.content if block.type.name == "heading"]
    return [
        *((key, None) for key in _hashes(front, set())),
        *((str(attrs["id"]), attrs["level"]) for attrs in headings),
    ]


def _slices(tree: Tree) -> Slices:
    current: list[Tree] = []
    slices = {FRONT: current}
    for block in tree.content.content:
        if block.type.name == "heading":
            current = slices.setdefault(str(block.attrs["id"]), [])
        current.append(block)
    return slices


def _hashes(slices: Slices, without: set[str]) -> dict[str, str]:
    blocks = [steps.node_of(block) for key, found in slices.items() if key not in without for block in found]
    return {section.id: section.hash for section in sections(Node("doc", {}, tuple(blocks)))}


def _are_same(one: Sequence[Tree], two: Sequence[Tree]) -> bool:
    return len(one) == len(two) and all(block is other for block, other in zip(one, two, strict=True))
