"""The longest increasing subsequence: which of the pairs found keep their order, so that the others have moved."""

from bisect import bisect_left
from collections.abc import Sequence


def increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs whose second members rise, given pairs whose first members rise; ties resolve the same always."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, value) in enumerate(pairs):
        length = bisect_left(ends, value)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            at.append(index)
        else:
            ends[length] = value
            at[length] = index
    kept: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        kept.append(pairs[index])
        index = before[index]
    kept.reverse()
    return kept
