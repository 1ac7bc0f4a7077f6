"""Where a new thread takes hold in a text: on a selection, on quoted words, on a section, on a suggestion."""

from prosemirror.model import Node as Tree

from guidelines import anchors
from guidelines.anchors import Anchor
from guidelines.errors import InvalidField, StaleRevision
from guidelines.suggestions import suggestions_in


def selection(tree: Tree, start: int | None, end: int | None) -> Anchor:
    """The stretch between two positions; raises unless it holds words."""
    size = tree.content.size
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
        raise StaleRevision(revision=-1, head=size)
    if not _between(tree, start, end).strip():
        raise InvalidField(field="selection", problem="empty")
    return Anchor(start, end)


def quotation(tree: Tree, quote: str, section: str) -> Anchor:
    """The first place in the section (or the text) where these words stand within one block."""
    found: list[Anchor] = []
    current = "front"

    def visit(node: Tree, position: int, _parent: object, _index: int) -> bool:
        nonlocal current
        if node.type.name == "heading":
            current = str(node.attrs["id"])
        if node.is_textblock and not found and section in ("", current):
            text = _between(tree, position + 1, position + node.node_size - 1)
            place = text.find(quote)
            if place >= 0:
                start = position + 1 + anchors.units(text[:place])
                found.append(Anchor(start, start + anchors.units(quote)))
        return not node.is_textblock

    tree.descendants(visit)
    if not found:
        raise InvalidField(field="quote", problem="not_found")
    return found[0]


def suggested(tree: Tree, suggestion: str) -> tuple[str, str]:
    """(its words, the section where it begins) of an open suggestion; raises `InvalidField` for one that is not."""
    one = next((found for found in suggestions_in(tree) if found.id == suggestion), None)
    if one is None:
        raise InvalidField(field="suggestion", problem="unknown")
    words = (one.inserted or one.deleted).strip()
    return words[: anchors.QUOTE], one.pieces[0].section if one.pieces else ""


def quoted(tree: Tree, anchor: Anchor) -> tuple[str, str, str]:
    """The words of a stretch, and some of what stands before and after it."""
    size = tree.content.size
    words = _between(tree, anchor.start, anchor.end)[: anchors.QUOTE]
    before = _between(tree, max(0, anchor.start - anchors.AROUND), anchor.start)
    after = _between(tree, anchor.end, min(size, anchor.end + anchors.AROUND))
    return words, before[-anchors.AROUND :], after[: anchors.AROUND]


def section_at(tree: Tree, position: int) -> str:
    """The section in which a position stands."""
    current = "front"
    place = 0
    for child in tree.content.content:
        if place > position:
            break
        if child.type.name == "heading":
            current = str(child.attrs["id"])
        place += child.node_size
    return current


def _between(tree: Tree, start: int, end: int) -> str:
    return str(tree.text_between(start, end, "\n", " "))
