"""Who wrote the words as they stand: contributors follow the words, not ownership.

Authors are those on the *loop-erased* history of a section's hash since the anchor: when a hash seen before returns,
everything between was undone and leaves no trace. Deleting is writing. (Loop erasure: Lawler, 1980.) Words that were
undone and come back later bring the authors they had along: nobody becomes free of words by having them retyped.

A history sees only the section as a whole. Where others wrote on in between, it cannot see that somebody took back all
that they had put: that is told by whose words stand (`makers`), and both must name a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Change:
    """A section's words became these, by these people. The first of a history is where it starts, often nobody's."""

    hash: str
    authors: frozenset[str] = frozenset()
    #: Whether an earlier text was brought back as it was: that is a judgement on words, not writing.
    restored: bool = False
    #: Authors of words that came from elsewhere, or come back: no count of what stands frees them.
    brought: frozenset[str] = frozenset()
    #: Those of whom something stands in this version, or who are bound to it; None where that is not known.
    standing: frozenset[str] | None = None

    @property
    def people(self) -> frozenset[str]:
        """Its authors, without those of whom nothing is left."""
        return self.brought | (self.authors if self.standing is None else self.authors & self.standing)


def contributors(history: Iterable[Change]) -> frozenset[str]:
    """Everybody who made the words what they are, given all changes since the anchor in order."""
    return frozenset(author for change in loop_erased(history) for author in change.people)


def loop_erased(history: Iterable[Change]) -> list[Change]:
    """The history without the loops: each hash at most once, what led away from it and back left out."""
    path: list[Change] = []
    places: dict[str, int] = {}
    undone: dict[str, frozenset[str]] = {}
    for change in history:
        if change.hash in places:
            kept = places[change.hash] + 1
            written = frozenset(author for former in path[:kept] for author in former.authors | former.brought)
            for forgotten in path[kept:]:
                written |= forgotten.authors | forgotten.brought
                undone[forgotten.hash] = written
                del places[forgotten.hash]
            del path[kept:]
        else:
            if change.hash in undone:
                authors = frozenset() if change.restored else change.authors
                change = replace(change, authors=authors, brought=change.brought | undone[change.hash])
            places[change.hash] = len(path)
            path.append(change)
    return path
