"""How far two long lists agree from either end, at the price of comparing memory and not of a loop over items."""

from collections.abc import Callable, Sequence
from typing import Any, Final

#: How many items are compared at first; each stretch that agrees doubles it.
FIRST: Final = 32


def same_ends(before: Sequence[Any], after: Sequence[Any]) -> tuple[int, int]:
    """How many items are the same at the beginning, and how many of the others at the end.

    Both are lists or both tuples. Nodes of a tree are the same only where they are the very same node.
    """
    most, old, new = min(len(before), len(after)), len(before), len(after)
    start = _agreeing(most, lambda one, two: before[one:two] == after[one:two])
    end = _agreeing(most - start, lambda one, two: before[old - two : old - one] == after[new - two : new - one])
    return start, end


def _agreeing(most: int, is_same: Callable[[int, int], bool]) -> int:
    """How many of the first items agree, given whether all of a stretch do."""
    found, size = 0, FIRST
    while found < most and is_same(found, min(found + size, most)):
        found, size = min(found + size, most), size * 2
    stop = min(found + size, most)
    while stop - found > 1:  # the first that differs is in this stretch
        middle = (found + stop) // 2
        if is_same(found, middle):
            found = middle
        else:
            stop = middle
    return found
