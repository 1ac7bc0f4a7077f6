"""Which step put every character there that stands in a text: positions followed through the steps of a log.

Each position holds the revision of the step that wrote it, or where in the first text it stood. A step writes what its
map says that it inserts: what is split, joined, wrapped, formatted or only pushed along keeps its writer.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from prosemirror.model import Node as Tree
from prosemirror.transform import Step

from guidelines.anchors import units

Source = TypeVar("Source")


@dataclass(frozen=True, slots=True)
class Attribution:
    """For every position of a text at a revision: above 0 the revision that wrote it, else -1 less its first place."""

    revision: int
    marks: "array[int]"


@dataclass(frozen=True, slots=True)
class Line(Generic[Source]):
    """A text block with its words cut where their source changes; together they are all its words, in order."""

    block: str
    section: str
    runs: tuple[tuple[str, Source], ...]


def begun(tree: Tree) -> Attribution:
    """The first text of a version: every position is where it is."""
    return Attribution(0, array("q", range(-1, -tree.content.size - 1, -1)))


def followed(attribution: Attribution, revision: int, step: Step) -> Attribution:
    """The attribution after the step that led to a revision."""
    marks = attribution.marks[:]
    shift = 0
    ranges = step.get_map().ranges
    for place in range(0, len(ranges), 3):
        start, old, new = ranges[place : place + 3]
        at = start + shift
        marks[at : at + old] = array("q", [revision]) * new
        shift += new - old
    return Attribution(revision, marks)


def lines(tree: Tree, source: Callable[[int], Source]) -> Iterator[Line[Source]]:
    """Every text block of the text with whence its words come; `source` says it of a position."""
    section = "front"

    def visit(node: Tree, inside: int) -> Iterator[Line[Source]]:
        nonlocal section
        place = inside
        for child in node.content.content:
            if child.type.name == "heading":
                section = str(child.attrs["id"])
            if child.is_textblock:
                yield Line(str(child.attrs.get("id") or ""), section, tuple(_runs(child, place + 1, source)))
            else:
                yield from visit(child, place + 1)
            place += child.node_size

    yield from visit(tree, 0)


def _runs(block: Tree, place: int, source: Callable[[int], Source]) -> Iterator[tuple[str, Source]]:
    words, last = "", None
    for letter, at in _letters(block, place):
        here = source(at)
        if words and here != last:
            yield words, last  # type: ignore[misc]
            words = ""
        words, last = words + letter, here
    if words:
        yield words, last  # type: ignore[misc]


def _letters(block: Tree, place: int) -> Iterator[tuple[str, int]]:
    for child in block.content.content:
        if child.is_text:
            at = place
            for letter in child.text or "":
                yield letter, at
                at += units(letter)
        elif words := _said(child):
            yield words, place
        place += child.node_size


def _said(leaf: Tree) -> str:
    if leaf.type.name == "hard_break":
        return "\n"
    return str(leaf.attrs["alt"]) if leaf.type.name == "image" else f"@{leaf.attrs['label']}"
