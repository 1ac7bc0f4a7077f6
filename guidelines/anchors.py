"""Where a quoted stretch of text is after the text has changed: positions mapped through steps, never searched for."""

from collections.abc import Iterable
from dataclasses import dataclass

from prosemirror.transform import Step

QUOTE = 500
AROUND = 32


@dataclass(frozen=True, slots=True)
class Anchor:
    """A stretch of the document between two positions; `removed_at` is the place in the steps that took it away."""

    start: int
    end: int
    removed_at: int | None = None


def follow(anchor: Anchor, steps: Iterable[Step]) -> Anchor:
    """The anchor after the steps. What is written inside belongs to it, what is written at its edges does not.

    Once nothing of it is left it stays where it was: a later insertion at that place is not the words that were quoted.
    """
    start, end, removed_at = anchor.start, anchor.end, anchor.removed_at
    for place, step in enumerate(steps):
        mapping = step.get_map()
        start, end = mapping.map(start, 1 if removed_at is None else -1), mapping.map(end, -1)
        if removed_at is None and start >= end:
            removed_at, start = place, min(start, end)
            end = start
    return Anchor(start, max(start, end), removed_at)
