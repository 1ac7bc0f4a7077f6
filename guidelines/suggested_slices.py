"""Which slices of the base a suggestion would change: what it holds back from being signed, and where it is listed.

Told from the blocks that name it and from those that such a block could join: rather one section too many than one
too few, whichever suggestions are accepted together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prosemirror.model import Node as Tree

from guidelines.document import inline_text
from guidelines.sections import FRONT, OUTLINE
from guidelines.steps import node_of
from guidelines.suggestion_formula import Fate, Lot, closes, fates
from guidelines.suggestion_layers import layers_of, properties, suggestion_ids


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block with the sections of the base that it may give words to or take words from."""

    block: Tree
    sections: frozenset[str]


def suggested_slices(tree: Tree) -> Mapping[str, frozenset[str]]:
    """Every open suggestion with the sections of the base that it concerns, and the outline where it may move that."""
    if not suggestion_ids(tree):
        return {}
    found: dict[str, set[str]] = {}
    reach: frozenset[str] = frozenset()  # suggestions on texts that could still join what comes next
    placed = list(_placed(tree))
    front_stays = any(FRONT in one.sections and _surely_shows(one.block) for one in placed)
    for one in placed:
        names = suggestion_ids(one.block) | reach
        moves = _may_move_the_outline(one.block) or (FRONT in one.sections and not front_stays)
        for name in names:
            found.setdefault(name, set()).update(one.sections, {OUTLINE} if moves else ())
        reach = frozenset() if closes(one.block) else names
    return {name: frozenset(slices) for name, slices in found.items()}


def _placed(tree: Tree) -> Iterator[_Placed]:
    decided = fates(tree.content.content, lambda _: False)
    current = FRONT
    for fate, home in zip(decided, _homes(decided), strict=True):
        yield _Placed(fate.child, frozenset({current, home} if _is_more_than_words(fate.child) else {home}))
        current = home


def _homes(decided: list[Fate]) -> list[str]:
    """The section of the base in which each block's words stand: those of a text that joins, in the next one's."""
    homes: list[str] = []
    current = FRONT
    for fate in decided:
        if fate.lot is Lot.STAYS and fate.left.type.name == "heading":
            current = str(fate.left.attrs["id"])
        homes.append(current)
    following = current
    for place in range(len(decided) - 1, -1, -1):
        if decided[place].lot is Lot.JOINS:
            homes[place] = following
        elif decided[place].lot is Lot.STAYS:
            following = homes[place]
    return homes


def _may_move_the_outline(block: Tree) -> bool:
    """Whether the block is or was a heading that may go, come, or change its level or its id."""
    if not block.is_textblock or not _is_more_than_words(block):
        return False
    styles = [properties(block)["style"], *(layer["was"].get("style", "p") for layer in layers_of(block))]
    return any(style != "p" for style in styles)


def _is_more_than_words(block: Tree) -> bool:
    """Whether more may change than words inside the block."""
    return not closes(block) or bool(layers_of(block))


def _surely_shows(block: Tree) -> bool:
    """Whether there is something in the block whatever is decided."""
    if suggestion_ids(block) or block.attrs.get("gone"):
        return False
    return block.type.name != "heading" and (not block.is_textblock or bool(inline_text(node_of(block)).strip()))
