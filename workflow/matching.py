"""Filling slots with different people: each team may seem large enough, and still they cannot all be served at once."""

from collections.abc import Sequence


def matched(slots: Sequence[frozenset[str]]) -> dict[str, int]:
    """Person to the slot they fill, in a largest assignment of different people to slots (augmenting paths)."""
    filled: dict[str, int] = {}

    def fill(slot: int, tried: set[str]) -> bool:
        for person in sorted(slots[slot]):
            if person in tried:
                continue
            tried.add(person)
            if person not in filled or fill(filled[person], tried):
                filled[person] = slot
                return True
        return False

    for slot in range(len(slots)):
        fill(slot, set())
    return filled
