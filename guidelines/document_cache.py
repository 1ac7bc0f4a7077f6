"""Texts kept in memory by one process, so that they are not read again. Nothing depends on them for being right."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step

from guidelines.makers import Makers

#: After how many steps a snapshot is taken: reading more of them costs more than reading the snapshot.
SNAPSHOT_STEPS: Final = 256
#: Texts kept of a version besides the newest.
RECENT: Final = 32


@dataclass(slots=True)
class Tail:
    """The end of a version's log up to a revision, each step with whoever made it, and what stands there beside it."""

    revision: int
    steps: deque[tuple[str, Step]] = field(default_factory=deque)
    #: Slice to whose words stand in it, of the slices that were asked about.
    standing: dict[str, Makers | None] = field(default_factory=dict)
    #: The revision of a snapshot not older than any that is asked for next.
    snapshot: int = -1


@dataclass(slots=True)
class DocumentCache:
    """Open documents of one process, to spare reading them again. Nothing depends on it for being right."""

    most: int = 64
    trees: dict[str, tuple[int, Tree]] = field(default_factory=dict)
    #: The last few texts of each version, for suggestions that come late: they share most of their nodes.
    recent: dict[str, dict[int, Tree]] = field(default_factory=dict)
    tails: dict[str, Tail] = field(default_factory=dict)

    def get(self, version_id: str, revision: int) -> Tree | None:
        """The tree at exactly this revision, if it is kept."""
        return self.recent.get(version_id, {}).get(revision)

    def before(self, version_id: str, revision: int) -> tuple[int, Tree] | None:
        """What is kept of a revision not far before this one: the steps since are fewer than a snapshot saves."""
        kept = self.trees.get(version_id)
        return kept if kept and 0 <= revision - kept[0] <= SNAPSHOT_STEPS else None

    def forget(self, version_id: str) -> None:
        """Drops a version's tree: for whoever put one there in a transaction that then failed."""
        self.trees.pop(version_id, None)
        self.recent.pop(version_id, None)
        self.tails.pop(version_id, None)

    def tail(self, version_id: str, revision: int) -> Tail:
        """The end of the log as far as it is known; empty where somebody else has written since."""
        found = self.tails.get(version_id)
        if found is None or found.revision != revision:
            found = self.tails[version_id] = Tail(revision)
        return found

    def put(self, version_id: str, revision: int, tree: Tree) -> None:
        """Keeps the newest tree of a version and forgets the oldest version beyond the limit."""
        self.trees.pop(version_id, None)
        self.trees[version_id] = (revision, tree)
        recent = self.recent.setdefault(version_id, {})
        recent[revision] = tree
        while len(recent) > RECENT:
            recent.pop(next(iter(recent)))
        while len(self.trees) > self.most:
            self.forget(next(iter(self.trees)))
