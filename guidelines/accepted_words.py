"""Whose the words are that a decision accepts: their suggester's; the decider's too where suggestions were combined.

Who accepts a suggestion whole has judged, and not written. Where it touches one of somebody else's, what then stands is
nobody's proposal but a sentence that the decision made.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from prosemirror.model import Node as Tree

from guidelines.suggested_slices import suggested_slices
from guidelines.suggestions import suggestions_in

Owner = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Writers:
    """Slice of the base to the people whose words a decision put there; a new section has everybody's."""

    of_slices: dict[str, frozenset[str]]
    everybody: frozenset[str]

    def __call__(self, slice_id: str) -> frozenset[str]:
        return self.of_slices.get(slice_id, self.everybody)


def writers(tree: Tree, accepted: Collection[str], owner: Owner, decider: str) -> Writers:
    """The writers of what accepting these suggestions of a text changes."""
    reach = suggested_slices(tree)
    combined = combined_suggestions(tree, owner)
    found: dict[str, frozenset[str]] = {}
    everybody: frozenset[str] = frozenset()
    for name in accepted:
        people = frozenset({owner(name) or decider, *([decider] if name in combined else [])})
        everybody |= people
        for slice_id in reach.get(name, ()):
            found[slice_id] = found.get(slice_id, frozenset()) | people
    return Writers(found, everybody or frozenset({decider}))


def combined_suggestions(tree: Tree, owner: Owner) -> frozenset[str]:
    """The suggestions that touch one of somebody else's."""
    pieces = sorted(
        (piece.start, piece.end, suggestion.id) for suggestion in suggestions_in(tree) for piece in suggestion.pieces
    )
    found: set[str] = set()
    reached: list[tuple[int, str]] = []  # where the pieces before end, those that may still touch
    for start, end, name in pieces:
        reached = [(stop, other) for stop, other in reached if stop >= start]
        for _, other in reached:
            if owner(other) != owner(name):
                found |= {other, name}
        reached.append((end, name))
    return frozenset(found)
