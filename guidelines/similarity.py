"""How alike two lists of words are, from 0 to 1, order counting: twice the longest common subsequence over all words.

The subsequence is found a whole row at a time on Python's long integers (Hyyrö 2004), which makes the exact figure
as cheap as an estimate.
"""

from collections.abc import Sequence


def similarity(old: Sequence[str], new: Sequence[str]) -> float:
    """1 for equal lists, 0 for lists without a common word, and for two empty ones."""
    if not old or not new:
        return 0.0
    masks: dict[str, int] = {}
    bit = 1
    for word in old:
        masks[word] = masks.get(word, 0) | bit
        bit <<= 1
    row = bit - 1
    for word in new:
        mask = masks.get(word)
        if mask:
            common = row & mask
            row = (row + common) | (row - common)
    common_length = len(old) - (row & (bit - 1)).bit_count()
    return 2 * common_length / (len(old) + len(new))


def overlap(old: Sequence[str], new: Sequence[str]) -> float:
    """An upper bound of the similarity, at a fraction of its cost: how many of the words occur on the other side."""
    here, there = set(old), set(new)
    shared = here & there
    if not shared:
        return 0.0
    in_old = sum(word in shared for word in old)
    in_new = sum(word in shared for word in new)
    return 2 * min(in_old, in_new) / (len(old) + len(new))
