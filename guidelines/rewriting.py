"""Steps that make one text another and leave alone what is the same: blocks by their ids, words from both ends.

So threads keep their words and words their writers wherever the two texts agree.
"""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from prosemirror.model import Fragment, Slice
from prosemirror.model import Node as Tree
from prosemirror.transform import ReplaceStep, Step

from guidelines import steps
from guidelines.anchors import units

#: More steps than these are one: what changed so much has little left to keep.
MOST: Final = 500
MOST_TOKENS: Final = 20_000
_WORD: Final = re.compile(r"\w+|\W", re.DOTALL)
#: What a word is, and the positions between which it stands in its block.
Token = tuple[tuple[str, str], int, int]


def rewriting(old: Tree, new: Tree) -> list[Step]:
    """The steps from one text to the other, to be taken in this order; none where they are the same."""
    found = [*reversed(list(_blocks(old, new))), *_attributes(old, new)]
    if len(found) > MOST or not _leads(old, new, found):
        found = [*_whole(old, new), *_attributes(old, new)]
    return found


def _blocks(old: Tree, new: Tree) -> Iterator[Step]:
    """From the front to the back, each at its place in the old text: the last must be taken first."""
    before, after = list(old.content.content), list(new.content.content)
    places = [0]
    for block in before:
        places.append(places[-1] + block.node_size)
    matcher = SequenceMatcher(None, [_name(b) for b in before], [_name(b) for b in after], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield from _block(before[i], after[j], places[i])
        else:
            yield _replace(places[i1], places[i2], after[j1:j2])


def _name(block: Tree) -> tuple[str, str]:
    return block.type.name, str(block.attrs.get("id") or "")


def _block(old: Tree, new: Tree, place: int) -> Iterator[Step]:
    if old.eq(new):
        return
    if not old.is_textblock:
        yield _replace(place, place + old.node_size, [new])
        return
    for name, value in new.attrs.items():
        if old.attrs[name] != value:
            yield steps.attribute_step(place, name, value)
    before, after = _tokens(old), _tokens(new)
    matcher = SequenceMatcher(None, [key for key, _, _ in before], [key for key, _, _ in after], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes() if max(len(before), len(after)) <= MOST_TOKENS else ():
        if tag != "equal":
            start, end = _between(before, i1, i2)
            first, last = _between(after, j1, j2)
            head, tail = _same(before[i1:i2], after[j1:j2])
            content = new.content.cut(first + head, last - tail) if first + head < last - tail else Fragment.empty
            yield ReplaceStep(place + 1 + start + head, place + 1 + end - tail, Slice(content, 0, 0))


def _between(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    start = tokens[first - 1][2] if first else 0
    return start, tokens[last - 1][2] if last > first else start


def _same(old: Sequence[Token], new: Sequence[Token]) -> tuple[int, int]:
    """How many positions are the same at the beginning of some words, and how many of the others at their end."""
    before, after = _letters(old), _letters(new)
    most = min(len(before), len(after))
    head = next((place for place in range(most) if before[place] != after[place]), most)
    most -= head
    tail = next((place for place in range(most) if before[-1 - place] != after[-1 - place]), most)
    return sum(size for *_, size in before[:head]), sum(size for *_, size in before[len(before) - tail :])


def _letters(tokens: Sequence[Token]) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    for (word, form), start, end in tokens:
        found += [(letter, form, units(letter)) for letter in word] if form else [(word, form, end - start)]
    return found


def _tokens(block: Tree) -> list[Token]:
    """The words of a text block with their marks, every other sign and leaf by itself, and where each is."""
    found: list[Token] = []
    place = 0
    for child in block.content.content:
        form = json.dumps([mark.to_json() for mark in child.marks], sort_keys=True)
        if child.is_text:
            at = place
            for word in _WORD.findall(child.text or ""):
                found.append(((word, form), at, at + units(word)))
                at = found[-1][2]
        else:
            found.append(((json.dumps(child.to_json(), sort_keys=True), ""), place, place + child.node_size))
        place += child.node_size
    return found


def _whole(old: Tree, new: Tree) -> Iterator[Step]:
    """One step over everything between the first and the last block that differ."""
    before, after = list(old.content.content), list(new.content.content)
    head = 0
    while head < min(len(before), len(after)) and before[head].eq(after[head]):
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail].eq(after[-1 - tail]):
        tail += 1
    if head < max(len(before), len(after)):
        start = sum(block.node_size for block in before[:head])
        end = old.content.size - sum(block.node_size for block in before[len(before) - tail :])
        yield _replace(start, end, after[head : len(after) - tail])


def _replace(start: int, end: int, blocks: Sequence[Tree]) -> Step:
    return ReplaceStep(start, end, Slice(Fragment.from_array(list(blocks)), 0, 0))


def _attributes(old: Tree, new: Tree) -> Iterator[Step]:
    for name, value in sorted(new.attrs.items()):
        if old.attrs[name] != value:
            yield steps.document_attribute_step(name, value)


def _leads(old: Tree, new: Tree, found: Sequence[Step]) -> bool:
    tree: Tree | None = old
    for step in found:
        tree = steps.apply(tree, step) if tree is not None else None
    return tree is not None and tree.eq(new)
