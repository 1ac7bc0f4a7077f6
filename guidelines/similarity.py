"""How alike two lists of words are, from 0 to 1, order counting: twice the longest common subsequence over all words.

The subsequence is found a whole row at a time on Python's long integers (Hyyrö 2004), which makes the exact figure
as cheap as an estimate.
"""

from collections.abc import Sequence


def similarity(old: Sequence[str], new: Sequence[str]) -> float:
    """1 for equal lists, 0 for lists without a common word, and for two empty ones."""
    if not old or not new:
        return 0.0
    head, tail = _ends(old, new)
    return _alike(old, new, head, tail)


def similar(old: Sequence[str], new: Sequence[str], least: float) -> float:
    """The similarity where it reaches the least, else 0: most pairs that do not are told at a fraction of the cost."""
    if not old or not new:
        return 0.0
    head, tail = _ends(old, new)
    if 2 * (head + tail) < least * (len(old) + len(new)) and overlap(old, new) < least:
        return 0.0
    alike = _alike(old, new, head, tail)
    return alike if alike >= least else 0.0


def _ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many words both begin with, and how many of the others both end with."""
    most = min(len(old), len(new))
    head = 0
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def _alike(old: Sequence[str], new: Sequence[str], head: int, tail: int) -> float:
    """The similarity of lists whose common ends are known: some longest common subsequence always holds those."""
    masks: dict[str, int] = {}
    bit = 1
    for word in old[head : len(old) - tail]:
        masks[word] = masks.get(word, 0) | bit
        bit <<= 1
    row = bit - 1
    for word in new[head : len(new) - tail]:
        mask = masks.get(word)
        if mask:
            common = row & mask
            row = (row + common) | (row - common)
    common_length = len(old) - (row & (bit - 1)).bit_count()
    return 2 * common_length / (len(old) + len(new))


def overlap(old: Sequence[str], new: Sequence[str]) -> float:
    """An upper bound of the similarity, at a fraction of its cost: how many of the words occur on the other side."""
    shared = set(old) & set(new)
    if not shared:
        return 0.0
    in_old = sum(map(shared.__contains__, old))
    in_new = sum(map(shared.__contains__, new))
    return 2 * min(in_old, in_new) / (len(old) + len(new))
