"""The law of a plain edit in a text with suggestions: nobody's suggestion is altered but by what the edit removes.

An editor suggests such an edit and accepts it in the same commit. So it can be judged without being believed: between
its beginning and its end there must be a text in which it is lawfully suggested, and accepting that must give the
end. An undo is such an edit read backwards, if it brings nobody's suggestion back. Where there are no suggestions
around, any edit is lawful.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from prosemirror.model import Node as Tree

from guidelines.suggest_law import Breach, Owned, carries_more, is_gone_anew, suggest_breach, window
from guidelines.suggestion_formula import resolve
from guidelines.suggestion_layers import suggestion_ids


@dataclass(slots=True)
class _Judgement:
    """The texts of a commit, step by step, and how often one of them may still be tried as the suggested one."""

    trees: Sequence[Tree]
    mine: Owned
    tries: int = field(init=False)

    def __post_init__(self) -> None:
        self.tries = 4 * len(self.trees) + 64

    def is_lawful(self, start: int, end: int) -> bool:
        """Whether the steps from one text to another are plain edits."""
        before, after = self.trees[start], self.trees[end]
        if _is_apart(before, after) or suggest_breach(before, after, self.mine) is None:
            return True
        if any(self._is_accepted(before, between, after) for between in self._between(start, end)):
            return True
        if carries_more(before, after):
            return False
        return any(self._is_accepted(after, between, before) for between in self._between(start, end))

    def _between(self, start: int, end: int) -> Iterator[Tree]:
        for place in range(end - 1, start, -1):
            if self.tries <= 0:
                return
            self.tries -= 1
            yield self.trees[place]

    def _is_accepted(self, before: Tree, suggested: Tree, after: Tree) -> bool:
        """Whether the edit is the author's suggestion on `before`, and `after` what accepting it gives."""
        own = suggestion_ids(suggested) - suggestion_ids(before)
        if not own or suggest_breach(before, suggested, self.mine) is not None:
            return False
        return resolve(suggested, own, ()).eq(after)


def plain_breach(before: Tree, after: Tree, texts: Callable[[], Sequence[Tree]], mine: Owned) -> Breach | None:
    """Why a commit is no plain edit, or edits; None when it is lawful.

    `texts` are asked for where suggestions are around: the text before the commit, and that after each of its steps.
    """
    if _is_apart(before, after):
        return Breach.FORM if is_gone_anew(before, after) else None
    if left := suggestion_ids(after) - suggestion_ids(before):
        return Breach.LEFT if all(map(mine, left)) else Breach.FORGED
    judgement = _Judgement(texts(), mine)
    if judgement.is_lawful(0, len(judgement.trees) - 1):
        return None  # one edit: its first steps may look like another that is lawful by itself, and is not meant
    known, start = suggestion_ids(before), 0
    for end in range(1, len(judgement.trees)):
        found = suggestion_ids(judgement.trees[end])
        if found <= known and judgement.is_lawful(start, end):
            known, start = found, end
    if start == len(judgement.trees) - 1:
        return None
    return Breach.FORGED if carries_more(before, after) else Breach.OTHERS


def _is_apart(before: Tree, after: Tree) -> bool:
    """Whether no suggestion stands in, or could reach, the blocks that changed."""
    found = window(before, after)
    return found is None or not any(suggestion_ids(block) for block in (*found.before, *found.after))
