"""Which sections a commit may have changed: blocks that it left alone are the very same objects before and after it.

So the cost of a commit is that of the sections it touched, and not of the whole text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prosemirror.model import Node as Tree

from guidelines import steps
from guidelines.document import Node
from guidelines.makers import Words, words_of
from guidelines.moved_words import Runs, exchange, holds, sources
from guidelines.sections import FRONT, Section, sections

#: Heading id to the heading and what follows it.
Slices = dict[str, list[Tree]]


@dataclass(frozen=True, slots=True)
class Change:
    """A section that a commit changed: its hash ("" when it is gone), and the sections it gained words from."""

    section: str
    hash: str
    carried_from: frozenset[str] = frozenset()
    before: Words = field(default_factory=list)
    after: Words = field(default_factory=list)
    #: Words that it lost, and runs that were put into it at once.
    lost: str = ""
    pasted: Runs = frozenset()


def changes(before: Tree, after: Tree) -> list[Change]:
    """Every section that does not say the same in both texts, in the order of the text after; the gone ones last."""
    old_blocks, new_blocks = _slices(before), _slices(after)
    same = {key for key, blocks in new_blocks.items() if key in old_blocks and _are_same(old_blocks[key], blocks)}
    old, new = _sections(old_blocks, same), _sections(new_blocks, same)
    differ = [key for key in [*new, *(gone for gone in old if gone not in new)] if _hash(old, key) != _hash(new, key)]
    carried = sources(_blocks(old, differ), _blocks(new, differ)) if len(differ) > 1 else {}
    found = []
    for key in differ:
        was, now = _blocks_of(old, key), _blocks_of(new, key)
        change = exchange(was, now)
        copied = {
            other
            for other, blocks in (old_blocks.items() if change.pasted else ())
            if other != key and any(holds(text, change.pasted) for block in blocks for text in _texts(block))
        }
        origins = carried.get(key, frozenset()) | copied
        found.append(Change(key, _hash(new, key), origins, words_of(was), words_of(now), change.lost, change.pasted))
    return found


def outline_moved(before: Tree, after: Tree) -> bool:
    """Whether the outline's lines differ: which sections there are, in which order, at which levels, numbered how."""
    return lines(before) != lines(after)


def lines(tree: Tree) -> Words:
    """What somebody can have put into the outline: how it is numbered, then a line for each section."""
    front: Slices = {FRONT: _slices(tree)[FRONT]}
    headings = [block.attrs for block in tree.content.content if block.type.name == "heading"]
    return [
        ("", tree.attrs["numbering"]),
        *((key, None) for key in _sections(front, set())),
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


def _sections(slices: Slices, without: set[str]) -> dict[str, Section]:
    blocks = [steps.node_of(block) for key, found in slices.items() if key not in without for block in found]
    return {section.id: section for section in sections(Node("doc", {}, tuple(blocks)))}


def _hash(found: Mapping[str, Section], key: str) -> str:
    return found[key].hash if key in found else ""


def _blocks(found: Mapping[str, Section], keys: Sequence[str]) -> dict[str, tuple[Node, ...]]:
    return {key: found[key].blocks for key in keys if key in found}


def _blocks_of(found: Mapping[str, Section], key: str) -> tuple[Node, ...]:
    return found[key].blocks if key in found else ()


def _texts(block: Tree) -> Iterator[str]:
    """The words of each text block, those of table cells one by one."""
    if block.is_textblock:
        yield block.text_content
    else:
        for child in block.content.content:
            yield from _texts(child)


def _are_same(one: Sequence[Tree], two: Sequence[Tree]) -> bool:
    return len(one) == len(two) and all(block is other for block, other in zip(one, two, strict=True))
