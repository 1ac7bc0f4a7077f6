"""Places in a text with suggestions as its author sees them: what is shown, and which blocks are one in the result."""

from collections.abc import Sequence
from dataclasses import dataclass

from prosemirror.model import Node as Tree

from guidelines.suggestion_formula import closes
from guidelines.suggestion_layers import names_on


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text block, and the block among its neighbours."""

    children: Sequence[Tree]
    start: int
    k: int
    offset: int

    @property
    def block(self) -> Tree:
        return self.children[self.k]

    def at(self, k: int) -> int:
        return self.start + sum(child.node_size for child in self.children[:k])


def is_shown(inline: Tree) -> bool:
    return names_on(inline, "del") is None


def is_object_shown(node: Tree) -> bool:
    rows = node.content.content if node.type.name == "table" else [node]
    return not all(row.attrs["del"] for row in rows)


def is_markless(block: Tree) -> bool:
    """Whether the result shows no end of this paragraph."""
    return bool(block.attrs["md"] or block.attrs["gone"])


def neighbour(children: Sequence[Tree], k: int, way: int) -> int | None:
    """The next text block that way with only removed objects between."""
    k += way
    while 0 <= k < len(children) and not children[k].is_textblock and not is_object_shown(children[k]):
        k += way
    return k if 0 <= k < len(children) and children[k].is_textblock else None


def group_last(children: Sequence[Tree], k: int) -> tuple[int, bool]:
    """The block whose properties the result shows for this one, and whether it has no paragraph to join."""
    while is_markless(children[k]):
        following = neighbour(children, k, 1)
        if following is None:
            return k, True
        k = following
    return k, False


def group_first(children: Sequence[Tree], k: int) -> int:
    while (former := neighbour(children, k, -1)) is not None and is_markless(children[former]):
        k = former
    return k


def shown_before(spot: Spot) -> list[tuple[int, Tree, int]]:
    """What is visible before the place in its result block: (position, node, size up to the place)."""
    found = []
    for k in range(group_first(spot.children, spot.k), spot.k + 1):
        if not spot.children[k].is_textblock:
            continue
        position = spot.at(k) + 1
        stop = position + (spot.offset if k == spot.k else spot.children[k].content.size)
        for inline in spot.children[k].content.content:
            if position < stop and is_shown(inline):
                found.append((position, inline, min(inline.node_size, stop - position)))
            position += inline.node_size
    return found


def is_shown_after(spot: Spot) -> bool:
    last, _ = group_last(spot.children, spot.k)
    rest = spot.block.content.cut(spot.offset).content
    later = [inline for k in range(spot.k + 1, last + 1) for inline in inlines(spot.children[k])]
    return any(map(is_shown, [*rest, *later]))


def inlines(block: Tree) -> Sequence[Tree]:
    return block.content.content if block.is_textblock else ()


def utf16(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def before_utf16(words: str, size: int) -> str:
    return words.encode("utf-16-le")[: 2 * size].decode("utf-16-le", "ignore")


def is_joinable(children: Sequence[Tree]) -> bool:
    for child in reversed(children):
        if child.is_textblock or closes(child):
            return child.is_textblock and not closes(child)
    return False
