"""Which sections a commit may have changed: blocks that it left alone are the very same objects before and after it.

So the cost of a commit is that of the sections it touched, and not of the whole text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from prosemirror.model import Node as Tree

from guidelines.blocks import read_block
from guidelines.document import Node, digest_of_list, inline_text
from guidelines.ends import same_ends
from guidelines.makers import Words
from guidelines.moved_words import Runs, exchanged, holds, sources
from guidelines.sections import FRONT

#: Heading id to the heading and what follows it; what stands before the first is the front.
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
    old, new = touched(before, after)
    was_hash, hashes = _hashes(old), _hashes(new)
    differ = [key for key in {**hashes, **was_hash} if was_hash.get(key) != hashes.get(key)]
    carried = sources(_nodes(old, differ), _nodes(new, differ)) if len(differ) > 1 else {}
    whole: Slices = {}
    found = []
    for key in differ:
        was, now = old.get(key, []), new.get(key, [])
        change = exchanged(_said(was), _said(now))
        whole = whole or (_slices(before.content.content) if change.pasted else {})
        copied = {
            other
            for other, blocks in (whole.items() if change.pasted else ())
            if other != key and any(holds(text, change.pasted) for block in blocks for text in _texts(block))
        }
        origins = carried.get(key, frozenset()) | copied
        found.append(Change(key, hashes.get(key, ""), origins, _words(was), _words(now), change.lost, change.pasted))
    return found


def touched(before: Tree, after: Tree) -> tuple[Slices, Slices]:
    """The sections of both texts around the blocks that differ; the front is left out where it says nothing."""
    old, new = before.content.content, after.content.content
    start, end = same_ends(old, new)
    if start == len(old) == len(new):
        return {}, {}
    while start and old[start - 1].type.name != "heading":  # what comes after a heading is its section's
        start -= 1
    start -= bool(start)
    while end and old[-end].type.name != "heading":
        end -= 1
    return _listed(old[start : len(old) - end]), _listed(new[start : len(new) - end])


def outline_moved(before: Tree, after: Tree) -> bool:
    """Whether the outline's lines differ: which sections there are, in which order, at which levels, numbered how."""
    if before.attrs["numbering"] != after.attrs["numbering"]:
        return True
    old, new = touched(before, after)
    return _levels(old) != _levels(new)


def lines(tree: Tree) -> Words:
    """What somebody can have put into the outline: how it is numbered, then a line for each section."""
    return [("", tree.attrs["numbering"]), *_levels(_listed(tree.content.content))]


def _levels(listed: Slices) -> list[tuple[str, object]]:
    return [(key, None if key == FRONT else blocks[0].attrs["level"]) for key, blocks in listed.items()]


def _listed(blocks: Sequence[Tree]) -> Slices:
    """The sections that these blocks are, but for a front without words."""
    found = _slices(blocks)
    if not any(not block.is_textblock or inline_text(read_block(block).node).strip() for block in found[FRONT]):
        del found[FRONT]
    return found


def _slices(blocks: Sequence[Tree]) -> Slices:
    current: list[Tree] = []
    slices = {FRONT: current}
    for block in blocks:
        if block.type.name == "heading":
            current = slices.setdefault(str(block.attrs["id"]), [])
        current.append(block)
    return slices


def _hashes(found: Slices) -> dict[str, str]:
    return {
        key: digest_of_list("section", [read_block(block).canonical for block in blocks])
        for key, blocks in found.items()
    }


def _nodes(found: Slices, keys: Sequence[str]) -> dict[str, tuple[Node, ...]]:
    return {key: tuple(read_block(block).node for block in found[key]) for key in keys if key in found}


def _words(blocks: Sequence[Tree]) -> Words:
    return list(chain.from_iterable([read_block(block).words for block in blocks]))


def _said(blocks: Sequence[Tree]) -> list[str]:
    return list(chain.from_iterable([read_block(block).said for block in blocks]))


def _texts(block: Tree) -> Iterator[str]:
    """The words of each text block, those of table cells one by one."""
    if block.is_textblock:
        yield block.text_content
    else:
        for child in block.content.content:
            yield from _texts(child)
