"""Where a quoted stretch of text is after the text has changed: positions mapped through steps, never searched for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from prosemirror.model import Node as Tree
from prosemirror.transform import ReplaceStep, Step

QUOTE: Final = 500
AROUND: Final = 32


@dataclass(frozen=True, slots=True)
class Anchor:
    """A stretch of the document between two positions; `removed_at` is the revision of the step that took it away."""

    start: int
    end: int
    removed_at: int | None = None


def follow(anchor: Anchor, steps: Iterable[tuple[int, Step]], quote: str = "") -> Anchor:
    """The anchor after the steps, each with the revision that it leads to.

    What is written inside belongs to it, what is written at its edges does not. Once nothing of it is left it stays
    where it was: a later insertion at that place is not the words that were quoted, unless it brings back the whole
    `quote`, as undoing the deletion does.
    """
    for revision, step in steps:
        anchor = _after(anchor, revision, step, quote)
    return anchor


def _after(anchor: Anchor, revision: int, step: Step, quote: str) -> Anchor:
    if anchor.removed_at is not None and (back := _brought_back(anchor, step, quote)) is not None:
        return back
    mapping = step.get_map()
    if anchor.removed_at is not None:
        place = mapping.map(anchor.start, -1)
        return Anchor(place, place, anchor.removed_at)
    start, end = mapping.map(anchor.start, 1), mapping.map(anchor.end, -1)
    if start < end:
        return Anchor(start, end)
    place = min(start, end)
    return Anchor(place, place, revision)


def _brought_back(anchor: Anchor, step: Step, quote: str) -> Anchor | None:
    """The anchor again, when the step puts the whole quote where it was taken from."""
    if not isinstance(step, ReplaceStep) or not quote or not step.from_ <= anchor.start <= step.to:
        return None
    found = _place_of(quote, step)
    return Anchor(found, found + units(quote)) if found is not None else None


def _place_of(quote: str, step: ReplaceStep) -> int | None:
    """Where the quote will stand once the step has been applied, if the step writes it within one block."""
    slice = step.slice
    found: list[int] = []

    def look(text: str, begins: int) -> None:
        if not found and (place := text.find(quote)) >= 0:
            found.append(begins + units(text[:place]))

    def visit(node: Tree, position: int, _parent: object, _index: int) -> bool:
        if node.is_textblock:
            look(node.text_between(0, node.content.size, None, " "), position + 1)
        return not node.is_textblock

    content = slice.content
    if content.first_child is not None and content.first_child.is_inline:
        look(content.text_between(0, content.size, None, " "), 0)
    else:
        content.nodes_between(0, content.size, visit)
    return step.from_ + found[0] - slice.open_start if found else None


def units(text: str) -> int:
    """Length in UTF-16 units: what positions count."""
    return len(text.encode("utf-16-le")) // 2
