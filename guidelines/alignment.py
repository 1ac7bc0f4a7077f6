"""Which block of one document became which block of the other, and which blocks moved.

Trust falls from stage to stage: ids that both sides share and their words confirm; equal texts that are unique on
both sides (patience), again inside each gap; then the best order-preserving pairing by similarity, with word pairs as
an index where a gap is too large to compare all with all. What is left over is a move if its text says so without
doubt. Ids are hints verified by words: a Word file or another tool may have made them anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from guidelines.order import increasing
from guidelines.similarity import similar, similarity


@dataclass(slots=True, eq=False)
class Unit:
    """What is aligned: a block, a table, a row. Equal keys mean equal words; only units of one kind are paired."""

    kind: str
    key: str
    id: str = ""
    _words: list[str] | None = field(default=None, repr=False)

    @property
    def words(self) -> list[str]:
        if self._words is None:
            self._words = self.key.split()
        return self._words


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of positions (old, new) that keep their order, and pairs that do not; each position at most once."""

    pairs: tuple[tuple[int, int], ...]
    moves: tuple[tuple[int, int], ...]


#: A pair by similarity, a pair by id, a move: the least similarity that confirms each.
SIMILAR: Final = 0.5
SIMILAR_BY_ID: Final = 0.4
SIMILAR_MOVED: Final = 0.7
#: By how much a moved text must beat the second candidate, and how many words it must have.
MOVE_MARGIN: Final = 0.1
MOVE_WORDS: Final = 6
#: Gaps with more cells than this are first cut by their rarest word pairs.
_MOST_CELLS: Final = 10_000
#: A word pair that occurs in more blocks than this points nowhere.
_COMMON: Final = 8


def align(old: Sequence[Unit], new: Sequence[Unit]) -> Alignment:
    """The alignment of two sequences of units."""
    return _Aligner(old, new).run()


class _Aligner:
    def __init__(self, old: Sequence[Unit], new: Sequence[Unit]) -> None:
        self.old = old
        self.new = new
        self.to_new: dict[int, int] = {}
        self.taken: set[int] = set()
        self.moves: list[tuple[int, int]] = []

    def run(self) -> Alignment:
        by_id = self._same_ids()
        backbone = increasing(by_id)
        for i, j in backbone:
            self._pair(i, j)
        kept = set(backbone)
        self.moves = [pair for pair in by_id if pair not in kept]
        for i, j in self.moves:
            self.to_new[i] = j
            self.taken.add(j)
        self._fill(backbone)
        self._find_moves()
        moved = set(self.moves)
        pairs = tuple(pair for pair in sorted(self.to_new.items()) if pair not in moved)
        return Alignment(pairs, tuple(sorted(self.moves, key=lambda move: move[1])))

    def _pair(self, i: int, j: int) -> None:
        self.to_new[i] = j
        self.taken.add(j)

    # ids

    def _same_ids(self) -> list[tuple[int, int]]:
        """Pairs with the same id whose words agree; none at all when most shared ids turn out to be wrong."""
        at_new = _unique({j: unit.id for j, unit in enumerate(self.new) if unit.id})
        at_old = _unique({i: unit.id for i, unit in enumerate(self.old) if unit.id})
        shared = sorted((i, at_new[id_]) for id_, i in at_old.items() if id_ in at_new)
        if not shared:
            return []
        keys_old = {unit.key for unit in self.old}
        keys_new = {unit.key for unit in self.new}
        sure = []
        for i, j in shared:
            before, after = self.old[i], self.new[j]
            if before.kind != after.kind:
                continue
            if before.key == after.key or (
                before.key not in keys_new
                and after.key not in keys_old
                and similarity(before.words, after.words) >= SIMILAR_BY_ID
            ):
                sure.append((i, j))
        return sure if 2 * len(sure) >= len(shared) else []

    # order-preserving pairs

    def _fill(self, backbone: list[tuple[int, int]]) -> None:
        """Pairs what stands between the pairs of the backbone."""
        gaps: list[tuple[list[int], list[int]]] = []
        at_old = at_new = 0
        for i, j in [*backbone, (len(self.old), len(self.new))]:
            left = [index for index in range(at_old, i) if index not in self.to_new]
            right = [index for index in range(at_new, j) if index not in self.taken]
            if left and right:
                gaps.append((left, right))
            at_old, at_new = i + 1, j + 1
        while gaps:
            left, right = self._trimmed(*gaps.pop())
            if left and right:
                single = len(left) == len(right) == 1  # and not the same: that would have been trimmed
                anchors = (not single and self._unique_texts(left, right)) or self._similar(left, right)
                for i, j in anchors:
                    self._pair(left[i], right[j])
                if anchors and len(anchors) < min(len(left), len(right)):
                    gaps += _between(anchors, left, right)

    def _same(self, i: int, j: int) -> bool:
        before, after = self.old[i], self.new[j]
        return before.key == after.key and before.kind == after.kind

    def _trimmed(self, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
        """The gap without the equal units at its head and tail, which are paired."""
        most = min(len(left), len(right))
        head = 0
        while head < most and self._same(left[head], right[head]):
            self._pair(left[head], right[head])
            head += 1
        tail = 0
        while tail < most - head and self._same(left[-1 - tail], right[-1 - tail]):
            self._pair(left[-1 - tail], right[-1 - tail])
            tail += 1
        return left[head : len(left) - tail], right[head : len(right) - tail]

    def _unique_texts(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """Patience: equal texts that occur once on each side of the gap, as many as keep their order."""
        at_right = _unique({j: self._identity(self.new[index]) for j, index in enumerate(right)})
        at_left = _unique({i: self._identity(self.old[index]) for i, index in enumerate(left)})
        return increasing(sorted((i, at_right[key]) for key, i in at_left.items() if key in at_right))

    @staticmethod
    def _identity(unit: Unit) -> str:
        return f"{unit.kind}\n{unit.key}"

    def _similar(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """The best order-preserving pairing by similarity; in a large gap, of the units that share rare word pairs."""
        if len(left) * len(right) > _MOST_CELLS:
            return self._indexed(left, right)
        weights = {}
        for i, index in enumerate(left):
            for j, other in enumerate(right):
                if weight := self._weight(index, other):
                    weights[i, j] = weight
        return _heaviest(weights, len(left), len(right)) if weights else []

    def _weight(self, i: int, j: int) -> float:
        """What a pair is worth: its similarity times its words; 0 when it is no pair."""
        before, after = self.old[i], self.new[j]
        if before.kind != after.kind:
            return 0
        size = len(before.words) + len(after.words)
        if before.key == after.key:
            return size + 1.0
        if min(len(before.words), len(after.words)) * 4 < max(len(before.words), len(after.words)):
            return 0
        return similar(before.words, after.words, SIMILAR) * size

    def _indexed(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        best = []
        for i, candidates in _candidates([self.old[i] for i in left], [self.new[j] for j in right]).items():
            weights = [(self._weight(left[i], right[j]), -j) for j in candidates]
            weight, j = max(weights, default=(0.0, 0))
            if weight:
                best.append((i, -j))
        return increasing(sorted(best))

    # moves

    def _find_moves(self) -> None:
        """Pairs leftovers whose text is found once elsewhere, unchanged or nearly so."""
        left = [i for i in range(len(self.old)) if i not in self.to_new]
        right = [j for j in range(len(self.new)) if j not in self.taken]
        if not left or not right:
            return
        old_counts = Counter(map(self._identity, self.old))
        new_counts = Counter(map(self._identity, self.new))
        at_right = {self._identity(self.new[j]): j for j in right}
        for i in left:
            key = self._identity(self.old[i])
            j = at_right.get(key)
            if j is not None and self.old[i].words and old_counts[key] == new_counts[key] == 1:
                self._move(i, j)
        left = [i for i in left if i not in self.to_new and len(self.old[i].words) >= MOVE_WORDS]
        right = [j for j in right if j not in self.taken and len(self.new[j].words) >= MOVE_WORDS]
        if left and right:
            self._find_reworded_moves(left, right)

    def _find_reworded_moves(self, left: list[int], right: list[int]) -> None:
        alike: dict[int, dict[int, float]] = defaultdict(dict)
        back: dict[int, dict[int, float]] = defaultdict(dict)
        for i, candidates in _candidates([self.old[i] for i in left], [self.new[j] for j in right]).items():
            for j in candidates:
                before, after = self.old[left[i]], self.new[right[j]]
                if before.kind == after.kind:
                    alike[i][j] = back[j][i] = similarity(before.words, after.words)
        for i, found in alike.items():
            j = max(found, key=lambda j: (found[j], -j))
            if found[j] >= SIMILAR_MOVED and _stands_out(found, j) and _stands_out(back[j], i):
                self._move(left[i], right[j])

    def _move(self, i: int, j: int) -> None:
        self._pair(i, j)
        self.moves.append((i, j))


def _stands_out(found: dict[int, float], chosen: int) -> bool:
    return all(found[chosen] - alike >= MOVE_MARGIN for other, alike in found.items() if other != chosen)


def _unique(keys: dict[int, str]) -> dict[str, int]:
    """The positions of the keys that occur once."""
    counts = Counter(keys.values())
    return {key: position for position, key in keys.items() if counts[key] == 1}


def _between(
    anchors: Iterable[tuple[int, int]], left: list[int], right: list[int]
) -> list[tuple[list[int], list[int]]]:
    gaps = []
    at_left = at_right = 0
    for i, j in [*anchors, (len(left), len(right))]:
        if i > at_left and j > at_right:
            gaps.append((left[at_left:i], right[at_right:j]))
        at_left, at_right = i + 1, j + 1
    return gaps


def _candidates(left: Sequence[Unit], right: Sequence[Unit]) -> dict[int, list[int]]:
    """For each unit on the left the few on the right with which it shares the most word pairs that are rare there."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for j, unit in enumerate(right):
        for pair in set(zip(unit.words, unit.words[1:], strict=False)):
            holders[pair].append(j)
    found: dict[int, list[int]] = {}
    for i, unit in enumerate(left):
        votes: Counter[int] = Counter()
        for pair in set(zip(unit.words, unit.words[1:], strict=False)):
            holding = holders.get(pair, ())
            if len(holding) <= _COMMON:
                votes.update(holding)
        if votes:
            found[i] = sorted(votes, key=lambda j: (-votes[j], j))[:_COMMON]
    return found


def _heaviest(weights: dict[tuple[int, int], float], rows: int, columns: int) -> list[tuple[int, int]]:
    """The order-preserving pairs with the greatest sum of weights."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        here, below = best[i], best[i + 1]
        for j in range(columns - 1, -1, -1):
            weight = weights.get((i, j), 0)
            taken = below[j + 1] + weight if weight else 0
            here[j] = max(taken, below[j], here[j + 1])
    chosen = []
    i = j = 0
    while i < rows and j < columns:
        weight = weights.get((i, j), 0)
        if weight and best[i][j] == best[i + 1][j + 1] + weight:
            chosen.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return chosen
