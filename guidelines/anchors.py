"""Where a quoted stretch of text is after the text has changed: positions mapped through steps, rarely searched for.

Words that one commit takes away and the same writer puts elsewhere in the same text (cut and paste, a move) bring their
threads along, where it is certain that they are those words: long enough, and standing nowhere else. So do words whose
move was suggested and is accepted: the copy stood there before the words go. Otherwise a thread is an orphan: a remark
beside the wrong clause is worse than one beside none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from prosemirror.model import Fragment
from prosemirror.model import Node as Tree
from prosemirror.transform import ReplaceStep, Step

QUOTE: Final = 500
AROUND: Final = 32
#: Fewer letters than these are not known again elsewhere: they may be another's, written anew.
KNOWN_AGAIN: Final = 16


@dataclass(frozen=True, slots=True)
class Anchor:
    """A stretch of the document between two positions; `removed_at` is the revision of the step that took it away."""

    start: int
    end: int
    removed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A step with the revision that it leads to, and the commit that it is of: its writer and the writer's ref."""

    revision: int
    step: Step
    commit: tuple[str, str] = ("", "")
    #: Whether the commit decides on suggestions.
    decides: bool = False


#: The document at a revision; asked for only when words that were taken away may stand elsewhere.
TreeAt = Callable[[int], Tree]


def follow(anchor: Anchor, steps: Iterable[Logged], quote: str = "", tree_at: TreeAt | None = None) -> Anchor:
    """The anchor after the steps.

    What is written inside belongs to it, what is written at its edges does not. Once nothing of it is left it stays
    where it was: a later insertion at that place is not the words that were quoted, unless it brings back the whole
    `quote`, as undoing the deletion does. With `tree_at` it also follows its words when their remover puts them
    elsewhere.
    """
    logged = list(steps)
    lost: tuple[int, Anchor] | None = None
    for place, one in enumerate(logged):
        back = _brought_back(anchor, one.step, quote) if anchor.removed_at is not None else None
        if back is not None:
            anchor, lost = back, None
            continue
        before, anchor = anchor, _after(anchor, one)
        if tree_at is None:
            continue
        if anchor.removed_at is not None and before.removed_at is None:
            lost = (place, before)
        if lost is None:
            continue
        moved = _moved(logged, lost, place, tree_at) or _accepted(logged, lost, place, tree_at)
        if moved is not None:
            anchor, lost = moved, None
    return anchor


def _after(anchor: Anchor, one: Logged) -> Anchor:
    mapping = one.step.get_map()
    if anchor.removed_at is not None:
        place = mapping.map(anchor.start, -1)
        return Anchor(place, place, anchor.removed_at)
    start, end = mapping.map(anchor.start, 1), mapping.map(anchor.end, -1)
    if start < end:
        return Anchor(start, end)
    place = min(start, end)
    return Anchor(place, place, one.revision)


def _brought_back(anchor: Anchor, step: Step, quote: str) -> Anchor | None:
    """The anchor again, when the step puts the whole quote where it was taken from."""
    if not isinstance(step, ReplaceStep) or not quote or not step.from_ <= anchor.start <= step.to:
        return None
    written = spread(step.slice.content, step.from_ - step.slice.open_start)
    places = written.places(quote)
    sure = letters_in(quote) >= KNOWN_AGAIN or len(written.text) <= len(quote) + 2 * AROUND
    return written.anchor(places[0], len(quote)) if len(places) == 1 and sure else None


def _moved(logged: Sequence[Logged], lost: tuple[int, Anchor], place: int, tree_at: TreeAt) -> Anchor | None:
    """Where the lost words stand after a step of their remover's, if that commit or a later one wrote just these."""
    removed, stood = lost
    commit, one = logged[removed].commit, logged[place]
    if one.commit[0] != commit[0]:
        return None
    # What the commit wrote before it took the words away is of the same move.
    first = place if place > removed else next(at for at in range(place + 1) if logged[at].commit == commit)
    written = [text for at in range(first, place + 1) if letters_in(text := _written(logged[at].step)) >= KNOWN_AGAIN]
    if not written:
        return None
    words = spread(tree_at(logged[removed].revision - 1).content).between(stood.start, stood.end)
    if letters_in(words) < KNOWN_AGAIN or not any(words in text for text in written):
        return None
    whole = spread(tree_at(one.revision).content)
    places = whole.places(words)
    return whole.anchor(places[0], len(words)) if len(places) == 1 else None


def _accepted(logged: Sequence[Logged], lost: tuple[int, Anchor], place: int, tree_at: TreeAt) -> Anchor | None:
    """Where the lost words stand after the decision that took them away, if it let a suggested copy of them stand."""
    removed, stood = lost
    one = logged[place]
    if not one.decides or one.commit != logged[removed].commit or _goes_on(logged, place):
        return None
    words = spread(tree_at(logged[removed].revision - 1).content).between(stood.start, stood.end)
    if letters_in(words) < KNOWN_AGAIN:
        return None
    first = next(at for at in range(place + 1) if logged[at].commit == one.commit)
    if words not in _suggested(tree_at(logged[first].revision - 1)):
        return None
    whole = spread(tree_at(one.revision).content)
    places = whole.places(words)
    return whole.anchor(places[0], len(words)) if len(places) == 1 else None


def _goes_on(logged: Sequence[Logged], place: int) -> bool:
    return place + 1 < len(logged) and logged[place + 1].commit == logged[place].commit


def _suggested(tree: Tree) -> str:
    """The words that suggestions put in, a line for each text block."""
    lines: list[str] = []

    def visit(node: Tree, _position: int, _parent: Tree | None, _place: int) -> bool:
        if node.is_textblock:
            lines.append("")
        elif node.is_inline and any(mark.type.name == "ins" for mark in node.marks):
            lines[-1] += (node.text or "") if node.is_text else " "
        return True

    tree.descendants(visit)
    return "\n".join(lines)


def _written(step: Step) -> str:
    return spread(step.slice.content).text if isinstance(step, ReplaceStep) else ""


def letters_in(text: str) -> int:
    """How many characters it has that are not spaces."""
    return sum(not character.isspace() for character in text)


@dataclass(frozen=True, slots=True)
class Spread:
    """A stretch of a document as one string, with the position of every letter of it."""

    text: str
    positions: Sequence[int]
    #: The position after the last letter of each.
    ends: Sequence[int]

    def places(self, words: str) -> list[int]:
        """Everywhere these words stand, overlapping or not."""
        found, place = [], self.text.find(words) if words else -1
        while place >= 0:
            found.append(place)
            place = self.text.find(words, place + 1)
        return found

    def anchor(self, place: int, length: int) -> Anchor:
        """The stretch of so many letters from a place in the text on."""
        return Anchor(self.positions[place], self.ends[place + length - 1])

    def between(self, start: int, end: int) -> str:
        """The letters that stand wholly between two positions."""
        return "".join(
            letter
            for letter, first, last in zip(self.text, self.positions, self.ends, strict=True)
            if start <= first and last <= end
        ).strip("\n")


def spread(content: Fragment, start: int = 0) -> Spread:
    """The content, which begins at that position, as a string: a line feed between text blocks, a space for a leaf."""
    text: list[str] = []
    positions: list[int] = []
    ends: list[int] = []

    def letter(character: str, position: int, size: int) -> None:
        text.append(character)
        positions.append(position)
        ends.append(position + size)

    def visit(nodes: Sequence[Tree], position: int) -> None:
        for node in nodes:
            if node.is_text:
                at = position
                for character in node.text or "":
                    size = units(character)
                    letter(character, at, size)
                    at += size
            elif node.is_inline:
                letter(" ", position, node.node_size)
            else:
                if node.is_textblock and text:
                    letter("\n", position, 0)
                visit(node.content.content, position + 1)
            position += node.node_size

    visit(content.content, start)
    return Spread("".join(text), positions, ends)


def units(text: str) -> int:
    """Length in UTF-16 units: what positions count."""
    return len(text.encode("utf-16-le")) // 2
