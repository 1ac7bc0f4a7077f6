"""Where stretches of a document are in another that takes its place whole: found through the comparison of the two.

Nothing is searched for: a stretch is where its letters went. It is lost when too few of them are left, or when what is
left has been torn apart: rather no place than a wrong one.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guidelines.anchors import KNOWN_AGAIN, Anchor, letters_in, spread, units
from guidelines.document import Node, inline_text
from guidelines.redline import NEW_SIDE, redline, texts
from guidelines.steps import tree_of

#: How much of a stretch and of what it has become must be the same letters, in hundredths of both together.
ALIKE: Final = 70
#: A stretch with fewer letters is known by its neighbours too.
FEW: Final = KNOWN_AGAIN
NEIGHBOURS: Final = 12


@dataclass(frozen=True, slots=True)
class Letter:
    """One character of a text block's words, and the positions around it."""

    start: int
    end: int
    space: bool


def replanted(old: Node, new: Node, anchors: Sequence[Anchor]) -> list[Anchor | None]:
    """For each stretch of the old document where it is in the new one; None where it is lost."""
    before, after = _letters(old), _letters(new)
    went = _went(old, new, after)
    reading = [(key, place) for key, letters in before.items() for place in range(len(letters))]
    line = [before[key][place] for key, place in reading]
    goal = [went.get(one) for one in reading]
    words = [letter.start for letters in after.values() for letter in letters if not letter.space]
    return [_placed(anchor, line, goal, words) for anchor in anchors]


def come_back(old: Node, new: Node, quotes: Sequence[str]) -> list[Anchor | None]:
    """For each quote whose words were gone from the old document, where they alone stand again in the new one."""
    before, after = spread(tree_of(old).content), spread(tree_of(new).content)

    def found(quote: str) -> Anchor | None:
        places = after.places(quote)
        again = len(places) == 1 and letters_in(quote) >= FEW and not before.places(quote)
        return after.anchor(places[0], len(quote)) if again else None

    return [found(quote) for quote in quotes]


def _placed(
    anchor: Anchor, line: Sequence[Letter], goal: Sequence[Letter | None], written: Sequence[int]
) -> Anchor | None:
    inside = [at for at, letter in enumerate(line) if anchor.start <= letter.start and letter.end <= anchor.end]
    words = [at for at in inside if not line[at].space]
    left = [letter for at in words if (letter := goal[at]) is not None]
    if not left:
        return None
    if any(after.start < before.start for before, after in pairwise(left)):
        return None
    there = bisect_left(written, left[-1].end) - bisect_left(written, left[0].start)
    if 200 * len(left) < ALIKE * (len(words) + there):
        return None
    if len(words) < FEW and not _known_by_neighbours(words, line, goal):
        return None
    return Anchor(left[0].start, left[-1].end)


def _known_by_neighbours(words: Sequence[int], line: Sequence[Letter], goal: Sequence[Letter | None]) -> bool:
    """Whether what stood around a short stretch went with it: on one side at least, most of it."""
    before = [at for at in range(words[0]) if not line[at].space][-NEIGHBOURS:]
    after = [at for at in range(words[-1] + 1, len(line)) if not line[at].space][:NEIGHBOURS]
    first, last = goal[words[0]], goal[words[-1]]
    if first is None or last is None:
        return False
    near = 4 * NEIGHBOURS
    came = [letter for at in before if (letter := goal[at]) and 0 < first.start - letter.start <= near]
    follows = [letter for at in after if (letter := goal[at]) and 0 < letter.end - last.end <= near]
    return any(side and 4 * len(found) >= 3 * len(side) for side, found in ((before, came), (after, follows)))


def _went(old: Node, new: Node, after: dict[int, list[Letter]]) -> dict[tuple[int, int], Letter]:
    """(text block, place in it) of every letter that is left, to what it is now."""
    went: dict[tuple[int, int], Letter] = {}
    for entry in redline(old, new).entries:
        if entry.op not in NEW_SIDE or entry.old is None or entry.new is None:
            continue
        for was, is_, runs in zip(texts(entry.old), texts(entry.new), entry.runs, strict=True):
            i = j = 0
            for run in runs:
                if run.op == "=":
                    for place in range(len(run.text)):
                        went[(id(was), i + place)] = after[id(is_)][j + place]
                i += len(run.text) * (run.op != "+")
                j += len(run.text) * (run.op != "-")
    return went


def _letters(document: Node) -> dict[int, list[Letter]]:
    """The letters of every text block, in reading order; a block is known by what it is, not by its words."""
    return {id(block): list(_of_block(block, start)) for block, start in _textblocks(document, 0)}


def _textblocks(parent: Node, position: int) -> Iterator[tuple[Node, int]]:
    """Every text block with the position of its first letter."""
    for child in parent.content:
        if child.is_textblock:
            yield child, position + 1
        else:
            yield from _textblocks(child, position + 1)
        position += _size(child)


def _of_block(block: Node, position: int) -> Iterator[Letter]:
    for child in block.content:
        if child.type == "text":
            for character in child.text:
                size = units(character)
                yield Letter(position, position + size, character.isspace())
                position += size
            continue
        # A leaf takes one position, however many letters it is read as.
        for character in inline_text(Node("paragraph", {}, (child,))):
            yield Letter(position, position + 1, character.isspace())
        position += 1


def _size(node: Node) -> int:
    if node.type == "text":
        return units(node.text)
    if node.is_textblock or node.content:
        return 2 + sum(_size(child) for child in node.content)
    return 1
