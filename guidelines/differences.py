"""The raw differences of two strings whose characters stand for tokens: diff-match-patch without a time limit.

A time limit would make the answer depend on the machine's load, which a signed comparison must not. The search is
quadratic at worst, so long strings are first cut at characters that occur once on both sides, and a stretch that is
still long is given as replaced: both rules depend on the strings alone.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from diff_match_patch import diff_match_patch

from guidelines.order import increasing

try:
    from fast_diff_match_patch import diff as fast_diff
except ImportError:
    fast_diff = None

#: (-1 removed | 0 kept | 1 added, the characters).
Difference = tuple[int, str]

#: Both strings together; beyond it they are cut first.
_MOST: Final = 4000
_SIGNS: Final = {"-": -1, "=": 0, "+": 1}


def _reference() -> diff_match_patch:
    core = diff_match_patch()
    core.Diff_Timeout = 0
    return core


_CORE: Final = _reference()


def differences(old: str, new: str, *, accelerated: bool = True) -> list[Difference]:
    """The differences in order; `accelerated` allows the C++ core where it is installed."""
    found: list[Difference] = []
    for before, after in _stretches(old, new):
        found += _compared(before, after, accelerated)
    return found


def shared_head(old: str, new: str, most: int) -> int:
    """How many characters both begin with, at most `most`."""
    if old[:most] == new[:most]:
        return most
    low, high = 0, most
    while low + 1 < high:
        middle = (low + high) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle
    return low


def shared_tail(old: str, new: str, most: int) -> int:
    """How many characters both end with, at most `most`."""
    old_end, new_end = len(old), len(new)
    if old[old_end - most :] == new[new_end - most :]:
        return most
    low, high = 0, most
    while low + 1 < high:
        middle = (low + high) // 2
        if old[old_end - middle : old_end - low] == new[new_end - middle : new_end - low]:
            low = middle
        else:
            high = middle
    return low


def _compared(old: str, new: str, accelerated: bool) -> list[Difference]:
    if not old or not new or len(old) + len(new) > _MOST:
        return [(sign, text) for sign, text in ((-1, old), (1, new)) if text]
    if accelerated and fast_diff is not None:
        spans = fast_diff(old, new, timelimit=0, checklines=False, cleanup="No", counts_only=False)
        return [(_SIGNS[op], text) for op, text in spans]
    spans = _CORE.diff_main(old, new, False)
    return [(sign, text) for sign, text in spans]


def _stretches(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The pair itself, or, when it is too long to search, its pieces between shared ends and unique characters."""
    if len(old) + len(new) <= _MOST:
        yield old, new
        return
    head = shared_head(old, new, min(len(old), len(new)))
    tail = shared_tail(old, new, min(len(old), len(new)) - head)
    yield old[:head], new[:head]
    at_old, at_new = head, head
    for i, j in _anchors(old[head : len(old) - tail], new[head : len(new) - tail]):
        if (head + i + 1 - at_old) + (head + j + 1 - at_new) > _MOST // 2:
            yield old[at_old : head + i], new[at_new : head + j]
            at_old, at_new = head + i, head + j
    yield old[at_old : len(old) - tail], new[at_new : len(new) - tail]
    yield old[len(old) - tail :], new[len(new) - tail :]


def _anchors(old: str, new: str) -> list[tuple[int, int]]:
    """Positions of the characters that occur once on each side, as many as keep their order."""
    counts_old, counts_new = Counter(old), Counter(new)
    at_new = {character: index for index, character in enumerate(new) if counts_new[character] == 1}
    return increasing(
        [
            (index, at_new[character])
            for index, character in enumerate(old)
            if counts_old[character] == 1 and character in at_new
        ]
    )
