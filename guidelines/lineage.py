"""Who wrote the words as they stand: contributors follow the words, not ownership.

Authors are those on the *loop-erased* history of a section's hash since the anchor: when a hash seen before returns,
everything between was undone and leaves no trace. Deleting is writing. (Loop erasure: Lawler, 1980.)
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A section's words became these, by these people. The first of a history is where it starts, often nobody's."""

    hash: str
    authors: frozenset[str] = frozenset()


def contributors(history: Iterable[Change]) -> frozenset[str]:
    """Everybody who made the words what they are, given all changes since the anchor in order."""
    return frozenset(author for change in loop_erased(history) for author in change.authors)


def loop_erased(history: Iterable[Change]) -> list[Change]:
    """The history without the loops: each hash at most once, what led away from it and back left out."""
    path: list[Change] = []
    places: dict[str, int] = {}
    for change in history:
        if change.hash in places:
            for forgotten in path[places[change.hash] + 1 :]:
                del places[forgotten.hash]
            del path[places[change.hash] + 1 :]
        else:
            places[change.hash] = len(path)
            path.append(change)
    return path
